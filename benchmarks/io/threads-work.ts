// What the threads do: nothing, so that only the way there and back is measured.
import { move } from "piscina";
import { threadFunction, transfer } from "@corio/io/thread";

const here = import.meta.url;

export const nothing = threadFunction(here, function nothing(): void {});

export const echo = threadFunction(here, function echo(bytes: Uint8Array): Uint8Array {
  return bytes;
});

export const back = threadFunction(here, function back(bytes: Uint8Array): Uint8Array {
  return transfer(bytes);
});

/** The same for the bare pool, which has its own mark. */
export function moveBack(bytes: Uint8Array): unknown {
  return move(bytes);
}
