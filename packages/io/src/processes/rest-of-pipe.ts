// What a process has written by now and nobody has read, be it in the system's hands.
import { currentScope, type Coroutine } from "corio";
import { loopOf, suspend } from "corio/lowlevel";
import type { StreamReader } from "../streams/stream-reader.ts";

/** More than the system keeps of a pipe that nobody reads: whoever has read as much has read what was there, though others write on. */
export const pipeful: number = 1024 * 1024;

/** Whether the reader has bytes, or the end, without a wait for anybody to write. */
export function* hasCome(reader: StreamReader): Coroutine<boolean> {
  const { host } = loopOf(currentScope());
  const comes = (): boolean => reader.ended || reader.statistics().buffered > 0;
  // In two turns the system is asked once for sure.
  for (let turn = 0; turn < 2 && !comes(); turn++)
    yield* suspend<void>((resolve) => host.queueTurn(() => resolve()));
  return comes();
}
