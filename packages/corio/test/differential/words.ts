// How values read in a log: the same as in python/program.py.

import {
  BrokenBarrierError,
  CancelledError,
  InvalidStateError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  TaskCancelledError,
  TaskGroupError,
  TimeoutError,
} from "corio";

/** What the programs fail with. */
export class Failure extends Error {
  static {
    this.prototype.name = "Failure";
  }
}

export function word(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (Array.isArray(value)) return `[${value.map(word).join(", ")}]`;
  if (value instanceof Error) return errorWord(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return String(value);
  throw new TypeError(`No word for a ${typeof value} in a log`);
}

function errorWord(error: Error): string {
  if (error instanceof TaskGroupError) return `group(${error.errors.map(word).join(", ")})`;
  // Only what a program said is compared: asyncio's own cancellations carry no message.
  if (error instanceof CancelledError)
    return typeof error.reason === "string" ? `cancelled(${error.reason})` : "cancelled";
  // asyncio has one class for "I am cancelled" and "the one I waited for was": see the README.
  if (error instanceof TaskCancelledError) return word(error.cause);
  if (error instanceof Failure) return `failure(${error.message})`;
  if (error instanceof TimeoutError) return "timeout";
  if (
    error instanceof QueueEmpty ||
    error instanceof QueueFull ||
    error instanceof QueueShutDown ||
    error instanceof BrokenBarrierError
  ) {
    return error.name;
  }
  // What the library says to a program that uses it wrongly.
  if (error instanceof InvalidStateError || error instanceof RangeError) return "misuse";
  if (error instanceof TypeError && error.message.startsWith("Cannot wait ")) return "misuse";
  throw error;
}
