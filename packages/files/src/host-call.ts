// The bridge to node:fs: a callback operation becomes something to wait for, within the thread budget.
import type { Coroutine } from "corio";
import { Operation, type WaitTarget } from "corio/lowlevel";
import { fileError } from "./errors.ts";
import { fileThreads } from "./thread-budget.ts";

export type Done<T> = (error: Error | null, value: T) => void;

/** Begins an operation; may give what undoes it, after which `done` is not called. */
type Begin<T> = (done: Done<T>) => void | (() => void);

/** Which threads an operation takes: those of the budget's lanes, or none. */
type Lane = "quick" | "slow" | "none";

/** The wait for one operation of the system. */
class HostWait<T> extends Operation<T> {
  readonly #operation: string;
  readonly #path: string;
  readonly #begin: Begin<T>;
  readonly #late: ((value: T) => void) | undefined;
  readonly #lane: Lane;
  #job: (() => void) | null = null;
  #undo: (() => void) | void = undefined;

  constructor(
    operation: string,
    path: string,
    begin: Begin<T>,
    lane: Lane,
    late: ((value: T) => void) | undefined,
  ) {
    super();
    this.#operation = operation;
    this.#path = path;
    this.#begin = begin;
    this.#lane = lane;
    this.#late = late;
  }

  protected override start(): boolean {
    const lane = this.#lane;
    if (lane === "none") {
      this.#undo = this.#begin((error, value) => this.#end(error, value));
      return false;
    }
    const slow = lane === "slow";
    this.#job = () => {
      try {
        this.#undo = this.#begin((error, value) => {
          fileThreads.finished(slow);
          this.#end(error, value);
        });
      } catch (error) {
        // What node refuses at once never comes back: its place must not be lost, nor its error meet another operation's caller.
        fileThreads.finished(slow);
        this.fail(error);
      }
    };
    fileThreads.submit(this.#job, slow);
    return false;
  }

  #end(error: Error | null, value: T): void {
    if (error !== null) this.fail(error);
    else if (!this.settle(value)) this.#late?.(value);
  }

  protected override detach(): void {
    if (this.#job !== null) fileThreads.withdraw(this.#job);
    this.#undo?.();
  }

  describe(): string {
    return `${this.#operation} ${this.#path}`;
  }

  waitsFor(): WaitTarget {
    return { kind: "file", state: { operation: this.#operation, path: this.#path } };
  }
}

function* waitFor<T>(
  operation: string,
  path: string,
  start: Begin<T>,
  lane: Lane,
  late?: (value: T) => void,
  destination?: string,
): Coroutine<T> {
  try {
    return yield* new HostWait(operation, path, start, lane, late);
  } catch (error) {
    // Made here, not in the callback: the stack then shows who waited.
    throw fileError(error, operation, path, destination);
  }
}

/**
 * Waits for an operation that `start` begins. A cancelled waiter leaves at once. The system cannot be stopped: if the operation
 * had begun, `late` gets its result when it arrives.
 */
export function hostCall<T>(
  operation: string,
  path: string,
  start: (done: Done<T>) => void,
  late?: (value: T) => void,
  destination?: string,
): Coroutine<T> {
  return waitFor(operation, path, start, "quick", late, destination);
}

/** As `hostCall`, for what keeps its thread for long: waiting for the disk, copying. */
export function slowHostCall<T>(
  operation: string,
  path: string,
  start: (done: Done<T>) => void,
  late?: (value: T) => void,
  destination?: string,
): Coroutine<T> {
  return waitFor(operation, path, start, "slow", late, destination);
}

/** As `hostCall`, for what takes no thread. */
export function deviceCall<T>(operation: string, path: string, start: Begin<T>): Coroutine<T> {
  return waitFor(operation, path, start, "none");
}
