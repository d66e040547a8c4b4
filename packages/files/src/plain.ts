// Operations of the system that give nothing, as something to wait for.
import type { NoParamCallback } from "node:fs";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { hostCall, type Done } from "./host-call.ts";

/** Waits for an operation that gives nothing. */
export function plain(
  operation: string,
  path: string,
  start: (done: NoParamCallback) => void,
  destination?: string,
): Awaitable<void> {
  return coroutine(plainStep, operation, path, start, destination);
}

function* plainStep(
  operation: string,
  path: string,
  start: (done: NoParamCallback) => void,
  destination: string | undefined,
): Coroutine<void> {
  yield* hostCall<void>(operation, path, start as (done: Done<void>) => void, undefined, destination);
}
