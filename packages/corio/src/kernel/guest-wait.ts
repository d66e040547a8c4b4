// The wait of an async function: an operation on one side, a promise's resolvers on the other.

import type { EventLoop } from "./event-loop.ts";
import type { ScopeNode, ScopeWait } from "./scope.ts";
import type { Leaf, Strand } from "./strand.ts";

/** The side of an operation that a guest needs. */
export interface GuestOperation extends Leaf {
  deliverTo(resolve: (value: unknown) => unknown, reject: (error: unknown) => unknown): void;
}

export class GuestWait implements ScopeWait {
  get guest(): boolean {
    return true;
  }
  readonly loop: EventLoop;
  nextWait: ScopeWait | null = null;
  previousWait: ScopeWait | null = null;
  readonly #operation: GuestOperation;
  readonly at: ScopeNode;
  readonly #resolve: (value: unknown) => unknown;
  readonly #reject: (error: unknown) => unknown;

  constructor(
    operation: GuestOperation,
    scope: ScopeNode,
    resolve: (value: unknown) => unknown,
    reject: (error: unknown) => unknown,
  ) {
    this.loop = scope.loop;
    this.#operation = operation;
    this.at = scope;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  run(): void {
    this.at.removeWait(this);
    this.loop.noteGuest();
    this.#operation.deliverTo(this.#resolve, this.#reject);
  }

  get leaf(): Leaf {
    return this.#operation;
  }

  get strand(): Strand | null {
    return null;
  }

  standing(): boolean {
    return true;
  }
}
