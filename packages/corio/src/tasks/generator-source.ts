// Items of an async generator of the language. While it makes one it has a scope of its own: what it opens then must be closed when it
// hands the item over.
//
// A scope that stays open across a `yield` stands around code that knows nothing of it: its timeout strikes while somebody else runs,
// its children fail for nobody. With a scope for each `next()` that is seen, and only that.

import { InvalidStateError } from "../errors.ts";
import type { Coroutine } from "../kernel/awaitable.ts";
import { callBody } from "../kernel/body.ts";
import { closeDown } from "../kernel/closing.ts";
import { call } from "../kernel/coroutine-awaitable.ts";
import { Operation, runningStrand } from "../kernel/operation.ts";
import { CLEANUP, CLOSED, ENDING, HARD } from "../kernel/scope-flags.ts";
import type { EventLoop } from "../kernel/event-loop.ts";
import { ScopeNode, type ScopeWait } from "../kernel/scope.ts";
import { IGNORED, type Interruption, type Leaf } from "../kernel/strand.ts";
import type { WaitTarget } from "../kernel/wait-target.ts";
import type { ItemSource } from "./item-source.ts";

/** Holds the scope of a generator whose consumer has gone, until the generator has ended. Nothing interrupts it; the grace ends it. */
class Unsettled implements ScopeWait, Leaf {
  nextWait: ScopeWait | null = null;
  previousWait: ScopeWait | null = null;
  readonly loop: EventLoop;
  readonly at: FeedScope;
  readonly leaf: Leaf = this;
  readonly strand = null;
  readonly guest = true;
  readonly foreign = true;

  constructor(feed: FeedScope) {
    this.loop = feed.loop;
    this.at = feed;
  }

  interrupt(): Interruption {
    return IGNORED;
  }

  force(): Interruption {
    this.at.release();
    return IGNORED;
  }

  /** Nothing wakes it. */
  run(): void {}

  standing(): boolean {
    return false;
  }

  describe(): string {
    return "an async generator that is being closed";
  }
}

class FeedScope extends ScopeNode {
  #unsettled: Unsettled | null = null;

  get isOpen(): boolean {
    return this.first !== null || this.waits !== null;
  }

  /** The consumer waits no longer. The generator goes on in this scope until it has ended. */
  leave(): void {
    this.#unsettled = new Unsettled(this);
    this.addWait(this.#unsettled);
    this.flags |= ENDING;
  }

  /** It has come to a `yield` after all, and is closed there: what it waits for from now on is its clean-up, and it need not be told. */
  yielded(): void {
    if (this.#unsettled === null || (this.flags & HARD) !== 0) return;
    this.flags |= CLEANUP;
    this.pending = null;
  }

  /** The generator has ended, or is given up. */
  release(): void {
    const unsettled = this.#unsettled;
    this.#unsettled = null;
    if (unsettled !== null) this.removeWait(unsettled);
  }

  override childClosed(): void {
    super.childClosed();
    if ((this.flags & ENDING) === 0 || this.isOpen) return;
    // What it has left floating goes on in microtasks, and may come back to wait.
    this.loop.host.queueTurn(() => {
      if (!this.isOpen && (this.flags & CLOSED) === 0) this.close();
    });
  }
}

/** The wait for the next item. An interruption ends it at once; the generator is told by itself. */
class NextItem<I> extends Operation<IteratorResult<I>> {
  /** Whether the generator has answered, or was never asked. */
  settled = true;
  readonly #feed: FeedScope;
  readonly #generator: AsyncGenerator<I>;

  constructor(feed: FeedScope, generator: AsyncGenerator<I>) {
    super();
    this.#feed = feed;
    this.#generator = generator;
  }

  protected start(): boolean {
    const strand = runningStrand();
    const { at } = strand;
    let promise: Promise<IteratorResult<I>>;
    // Up to its first await the generator runs in this very step.
    strand.at = this.#feed;
    try {
      promise = callBody(takeNext, [this.#generator], this.#feed) as Promise<IteratorResult<I>>;
    } finally {
      strand.at = at;
    }
    this.settled = false;
    promise.then(
      (result) => {
        this.settled = true;
        if (this.settle(result)) return;
        if (result.done === true) this.#feed.release();
        else this.#feed.yielded();
      },
      (error: unknown) => {
        this.settled = true;
        if (!this.fail(error)) this.#feed.release();
      },
    );
    return false;
  }

  describe(): string {
    return "the next item of an async generator";
  }

  waitsFor(): WaitTarget {
    return { kind: "generator", object: this.#generator };
  }
}

export class GeneratorSource<I> implements ItemSource<I> {
  readonly atOnce = null;
  readonly #generator: AsyncGenerator<I>;
  readonly #left = new Set<FeedScope>();

  constructor(generator: AsyncGenerator<I>) {
    this.#generator = generator;
  }

  /** InvalidStateError when the generator has left a scope open, which is then ended. */
  *next(): Coroutine<IteratorResult<I>> {
    const parent = runningStrand().at;
    const feed = new FeedScope(parent.loop, parent, null, 0);
    const item = new NextItem<I>(feed, this.#generator);
    let result: IteratorResult<I>;
    try {
      result = yield* item;
    } catch (error) {
      if (item.settled) yield* end(feed);
      else {
        this.#left.add(feed);
        feed.leave();
      }
      throw error;
    }
    if (!feed.isOpen) {
      feed.close();
      return result;
    }
    yield* end(feed);
    throw new InvalidStateError(
      "The async generator has yielded inside a scope that it opened, or beside a call that it did not await: what stays open would stand around its consumer's code. Close it first, or let a task send the items through a channel",
    );
  }

  *close(): Coroutine<void> {
    try {
      yield* call(() => this.#generator.return(undefined));
    } finally {
      for (const feed of this.#left) feed.release();
    }
  }
}

function takeNext(generator: AsyncGenerator<unknown>): Promise<unknown> {
  return generator.next();
}

/** Cancels what is left in the scope, waits for it, and closes the scope. */
function* end(feed: FeedScope): Coroutine<void> {
  if (feed.isOpen) yield* closeDown(feed, { ok: false, ending: null });
  feed.close();
}
