// A coroutine that an async function awaits: a strand whose end settles a promise.

import type { HostContext } from "../host/port.ts";
import type { EventLoop } from "./event-loop.ts";
import { hooks } from "./hooks.ts";
import { assertCallbacks, refuse, scopeHere } from "./scope-current.ts";
import { HARD } from "./scope-flags.ts";
import { ScopeNode, type ScopeWait } from "./scope.ts";
import { IGNORED_LIMIT, step, type Leaf, type Strand } from "./strand.ts";
import { keep, nothing } from "./kept-shapes.ts";

class GuestStrand implements Strand, ScopeWait {
  get guest(): boolean {
    return false;
  }
  get native(): boolean {
    return false;
  }
  get strand(): Strand {
    return this;
  }
  readonly loop: EventLoop;
  gen: Iterator<unknown, unknown, unknown> | null;
  at: ScopeNode;
  leaf: Leaf | null = null;
  context: HostContext | null;
  ignored = 0;
  nextWait: ScopeWait | null = null;
  previousWait: ScopeWait | null = null;
  readonly #base: ScopeNode;
  readonly #resolve: (value: unknown) => unknown;
  readonly #reject: (error: unknown) => unknown;

  constructor(
    gen: Iterator<unknown, unknown, unknown>,
    scope: ScopeNode,
    resolve: (value: unknown) => unknown,
    reject: (error: unknown) => unknown,
    owner: boolean,
  ) {
    this.loop = scope.loop;
    this.gen = gen;
    this.at = scope;
    this.context = scope.loop.host.captureContext();
    this.#base = scope;
    this.#resolve = resolve;
    this.#reject = reject;
    // One that ends a scope whose own strand is gone takes its place; it is no wait of the scope's body.
    if (owner) scope.strand = this;
    else scope.addWait(this);
  }

  run(): void {
    this.loop.host.runInContext<Strand>(this.context, step, this);
  }

  finish(ok: boolean, value: unknown): void {
    this.gen = null;
    this.#base.removeWait(this);
    const run = (): void => {
      this.loop.noteGuest();
      (ok ? this.#resolve : this.#reject)(value);
    };
    // One that has ended at once pays; one that has waited would be overtaken.
    if (this !== starting || this.loop.spend()) run();
    else this.loop.wake({ guest: true, run });
  }

  standing(): boolean {
    return this.at !== this.#base || this.leaf?.foreign !== true;
  }
}

/** In its first step. */
let starting: GuestStrand | null = null;

/** One of its kind, kept alive for its hidden class: decision 12. */
let kept: GuestStrand | null = null;

/** Drives a coroutine for async code: in its scope, in its ambient context, from now on. */
export function startGuestStrand(
  iterable: { [Symbol.iterator](): Iterator<unknown, unknown, unknown> },
  resolve: (value: unknown) => unknown,
  reject: (error: unknown) => unknown,
  scope: ScopeNode | null = null,
): void {
  assertCallbacks(resolve, reject);
  let strand: GuestStrand;
  try {
    const base = scope ?? scopeHere();
    if ((base.flags & HARD) !== 0 && scope === null && ++base.extras().ignored > IGNORED_LIMIT) {
      hooks.debug?.refused(iterable, base);
      return;
    }
    hooks.debug?.awaited(iterable, base);
    kept ??= keep(
      (loop) => new GuestStrand([].values(), new ScopeNode(loop, null, null, 0), nothing, nothing, false),
      base.loop,
    );
    strand = new GuestStrand(iterable[Symbol.iterator](), base, resolve, reject, scope !== null);
  } catch (error) {
    refuse(reject, error);
    return;
  }
  starting = strand;
  step(strand);
  starting = null;
}
