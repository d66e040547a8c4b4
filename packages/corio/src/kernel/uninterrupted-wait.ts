// A wait of the runtime's own that no cancellation interrupts: what it waits for is told itself, or comes in any case.

import type { CancelledError } from "../errors.ts";
import type { Parked } from "./awaitable.ts";
import { probed } from "./probe.ts";
import { IGNORED, type Interruption, type Leaf } from "./strand.ts";

export abstract class UninterruptedWait implements Leaf, Iterator<Parked, unknown, unknown> {
  #probed = false;

  /** Goes on, or parks the running strand here. */
  protected abstract advance(): IteratorResult<Parked, unknown>;

  abstract describe(): string;

  [Symbol.iterator](): Iterator<Parked, unknown, unknown> {
    return this;
  }

  next(): IteratorResult<Parked, unknown> {
    return this.#probed ? probed(this) : this.advance();
  }

  probe(resume: () => void): void {
    this.#probed = true;
    try {
      resume();
    } finally {
      this.#probed = false;
    }
  }

  interrupt(): Interruption {
    return IGNORED;
  }

  force(_cancellation: CancelledError, _height: number): Interruption {
    return IGNORED;
  }
}
