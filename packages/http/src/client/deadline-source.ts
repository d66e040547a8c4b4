// The total timeout while a body is read: each wait for bytes ends at the request's deadline.

import type { Coroutine, Scope } from "corio";
import { cancelScope } from "corio";
import type { ByteSource } from "../byte-source.ts";
import { timeoutError } from "../errors.ts";

export class DeadlineSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #deadline: number;
  readonly #total: number;
  readonly #url: string;

  /** `deadline` in loop time; `total` and `url` are for the error. */
  constructor(source: ByteSource, deadline: number, total: number, url: string) {
    this.#source = source;
    this.#deadline = deadline;
    this.#total = total;
    this.#url = url;
  }

  *pull(): Coroutine<Uint8Array | null> {
    const outcome = yield* cancelScope(pullWithin, this.#source, this.#deadline);
    if (outcome !== undefined) return outcome.chunk;
    this.#source.close();
    throw timeoutError("total", this.#total, this.#url);
  }

  close(): void {
    this.#source.close();
  }
}

// In an object: a bare null, the end of the body, would look like a cancelled block.
function* pullWithin(
  scope: Scope,
  source: ByteSource,
  deadline: number,
): Coroutine<{ chunk: Uint8Array | null }> {
  scope.deadline = deadline;
  return { chunk: yield* source.pull() };
}
