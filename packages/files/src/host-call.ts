// The bridge to node:fs: a callback operation becomes something to wait for, within the thread budget.
import type { Coroutine } from "corio";
import { suspend } from "corio/lowlevel";
import { fileError } from "./errors.ts";
import { fileThreads } from "./thread-budget.ts";

export type Done<T> = (error: Error | null, value: T) => void;

/**
 * Waits for an operation that `start` begins. A cancelled waiter leaves at once. The system cannot be stopped: if the operation
 * had begun, `late` gets its result when it arrives.
 */
export function* hostCall<T>(
  operation: string,
  path: string,
  start: (done: Done<T>) => void,
  late?: (value: T) => void,
): Coroutine<T> {
  try {
    return yield* suspend<T>((resolve, reject) => {
      let gone = false;
      const job = (): void =>
        start((error, value) => {
          fileThreads.finished();
          if (gone) {
            if (error === null) late?.(value);
          } else if (error === null) resolve(value);
          else reject(error);
        });
      fileThreads.submit(job);
      return () => {
        gone = true;
        fileThreads.withdraw(job);
      };
    });
  } catch (error) {
    // Made here, not in the callback: the stack then shows who waited.
    throw fileError(error, operation, path);
  }
}
