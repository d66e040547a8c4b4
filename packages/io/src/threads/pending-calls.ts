// The pool's line of calls for which a thread is still starting. Ours, so that a call can be taken back from it.
import type { ThreadJob } from "./thread-job.ts";

/** What the pool puts in its line: by the key, the job that it is for. */
export type PendingCall = { readonly [key: symbol]: object | null };

export class PendingCalls {
  readonly #key: symbol;
  #calls: PendingCall[] = [];

  /** @param key what finds the job of a call */
  constructor(key: symbol) {
    this.#key = key;
  }

  get size(): number {
    return this.#calls.length;
  }

  push(call: PendingCall): void {
    this.#calls.push(call);
  }

  unshift(call: PendingCall): void {
    this.#calls.unshift(call);
  }

  shift(): PendingCall | null {
    return this.#calls.shift() ?? null;
  }

  remove(call: PendingCall): void {
    this.#calls = this.#calls.filter((other) => other !== call);
  }

  /** Takes the call of a job back: the pool knows nothing of it any more. */
  withdraw(job: ThreadJob): void {
    this.#calls = this.#calls.filter((call) => call[this.#key] !== job);
  }
}
