// A node of the tree of scopes: who is inside, what is pending there, and when it ends.

import type { ScopeToken } from "../host/port.ts";
import { CancelledError, InvalidStateError, ScopeClosedError } from "../errors.ts";
import { isAsyncGenerator, type Awaitable } from "./awaitable.ts";
import { setDeadline } from "./deadline.ts";
import { abandonWaits, deliver } from "./delivery.ts";
import type { EventLoop } from "./event-loop.ts";
import { graceEnded, startGrace } from "./grace.ts";
import { hooks } from "./hooks.ts";
import { assertCallable } from "./kind-of.ts";
import { ScopeExtra, type Release } from "./scope-extra.ts";
import { CLEANUP, CLOSED, ENDING, HARD, IN_GRACE, SHIELD, UNTOLD } from "./scope-flags.ts";
import type { ParkedWaiter, Strand } from "./strand.ts";

/**
 * A region of a task: a block, a task or a run. What is started in it ends in it; cancelling it cancels all of that. Every
 * body is given its scope, and `currentScope()` finds it.
 */
export interface Scope {
  /** Cancels what runs inside. The reason is shown by the CancelledError. False when the scope was cancelled or closed before. */
  cancel(reason?: unknown): boolean;
  /** Whether this scope itself was cancelled. */
  readonly cancelCalled: boolean;
  /** What `cancel` was called with; undefined when it was not. */
  readonly reason: unknown;
  /** When the scope will be cancelled, in loop time (see `loopTime()`); null for never. May be set at any time. */
  deadline: number | null;
  /** Aborts when the scope, or one around it, is cancelled. Made when first asked for. */
  readonly signal: AbortSignal;
  /**
   * Disposes the resource when the scope closes: last taken, first released. Gives the resource back. An async generator or a producer is
   * closed so, with its clean-up, also when the loop over it was never left.
   */
  use<R extends Disposable | AsyncDisposable>(resource: R): R;
  /**
   * Calls the function when the scope closes, in reverse order of `use` and `defer`; it may wait, in either dialect. The function
   * that is given back takes it off again: for what was released by hand.
   */
  defer(release: () => unknown): () => void;
  /** Waits in this scope: for hosts that cannot follow async code (browsers). Elsewhere plain `await` does. */
  wait<T>(awaitable: Awaitable<T>): Promise<T>;
}

/** A wait of an async function, or a strand that it drives, parked in a scope. */
export interface ScopeWait extends ParkedWaiter {
  nextWait: ScopeWait | null;
  previousWait: ScopeWait | null;
  /** The strand, if it is one. */
  readonly strand: Strand | null;
  /** Whether it is the runtime that will answer, not something foreign. */
  standing(): boolean;
}

export class ScopeNode implements Scope {
  readonly loop: EventLoop;
  parent: ScopeNode | null;
  first: ScopeNode | null = null;
  /** The first child's is the last child. */
  previous: ScopeNode | null = null;
  next: ScopeNode | null = null;
  flags: number;
  /** What the next await in this scope throws: a CancelledError, or for a closed scope a ScopeClosedError. */
  pending: Error | null = null;
  /** Set once, when this scope itself is cancelled. */
  cancellation: CancelledError | null = null;
  /** The coroutine that opened the scope, if one did. */
  strand: Strand | null;
  waits: ScopeWait | null = null;
  token: ScopeToken | null = null;
  extra: ScopeExtra | null = null;

  constructor(loop: EventLoop, parent: ScopeNode | null, strand: Strand | null, flags: number) {
    this.loop = loop;
    this.parent = parent;
    this.strand = strand;
    this.flags = flags;
    if (parent === null) return;
    const first = parent.first;
    if (first === null) {
      parent.first = this;
      this.previous = this;
    } else {
      this.previous = first.previous;
      first.previous!.next = this;
      first.previous = this;
    }
    if ((flags & SHIELD) !== 0) return;
    this.flags |= parent.flags & HARD;
    this.pending = parent.pending;
  }

  /** A task spawned in this scope has ended. */
  taskEnded(_task: ScopeNode): void {}

  /** A child left the tree. */
  childClosed(): void {
    if (this.first !== null || this.waits !== null || this.extra === null) return;
    this.extra.joiner?.childrenGone();
  }

  /** Leaves the tree. Waits that still stand here were never awaited by the block: they end with the error. */
  close(): void {
    if ((this.flags & CLOSED) !== 0) return;
    this.flags |= CLOSED;
    if (this.token !== null) this.token.scope = null;
    if ((this.flags & IN_GRACE) !== 0) graceEnded(this);
    if (this.extra !== null) this.extra.dispose(this);
    if (this.waits !== null) {
      // Coroutines among them go on after the wait: each later await in the closed scope throws too.
      const error = new ScopeClosedError("The block that this call was made in has ended");
      this.pending = error;
      this.flags |= HARD;
      abandonWaits(this, error);
    }
    const parent = this.parent;
    if (parent === null) return;
    if (this.previous === this) parent.first = null;
    else {
      if (parent.first === this) parent.first = this.next;
      else this.previous!.next = this.next;
      (this.next ?? parent.first!).previous = this.previous;
    }
    this.next = this.previous = null;
    parent.childClosed();
  }

  addWait(wait: ScopeWait): void {
    wait.nextWait = this.waits;
    if (this.waits !== null) this.waits.previousWait = wait;
    this.waits = wait;
  }

  removeWait(wait: ScopeWait): void {
    if (wait.previousWait !== null) wait.previousWait.nextWait = wait.nextWait;
    else if (this.waits === wait) this.waits = wait.nextWait;
    if (wait.nextWait !== null) wait.nextWait.previousWait = wait.previousWait;
    wait.nextWait = wait.previousWait = null;
    if (this.waits === null && (this.flags & ENDING) !== 0) this.childClosed();
  }

  extras(): ScopeExtra {
    return (this.extra ??= new ScopeExtra());
  }

  cancel(reason?: unknown): boolean {
    if (this.cancellation !== null || (this.flags & CLOSED) !== 0) return false;
    this.cancellation = CancelledError.of(this, reason);
    if ((this.flags & CLEANUP) !== 0) this.flags |= UNTOLD;
    startGrace(this);
    deliver(this, this.cancellation);
    hooks.debug?.cancelled(this);
    return true;
  }

  get cancelCalled(): boolean {
    return this.cancellation !== null;
  }

  get reason(): unknown {
    return this.cancellation?.reason;
  }

  get deadline(): number | null {
    return this.extra === null ? null : this.extra.deadline;
  }

  set deadline(when: number | null) {
    this.#refuseClosed("set a deadline");
    setDeadline(this, when);
  }

  get signal(): AbortSignal {
    const extra = this.extras();
    if (extra.controller === null) {
      extra.controller = new AbortController();
      const cancellation = this.#effective();
      if (cancellation !== null) extra.controller.abort(cancellation);
    }
    return extra.controller.signal;
  }

  use<R extends Disposable | AsyncDisposable>(resource: R): R {
    const dispose =
      (resource as Partial<AsyncDisposable> | undefined)?.[Symbol.asyncDispose] ??
      (resource as Partial<Disposable> | undefined)?.[Symbol.dispose] ??
      // Engines without Symbol.asyncDispose on generators.
      (isAsyncGenerator(resource) ? closeGenerator : undefined);
    if (typeof dispose !== "function") {
      throw new TypeError(
        "Cannot use the value as a resource: it has no Symbol.asyncDispose or Symbol.dispose",
      );
    }
    this.defer(() => (dispose as () => unknown).call(resource));
    return resource;
  }

  defer(release: () => unknown): () => void {
    assertCallable(release, "defer the value");
    this.#refuseClosed("defer a release");
    const extra = this.extras();
    const releases = (extra.releases ??= new Set());
    const entry: Release = { release };
    releases.add(entry);
    return () => {
      entry.release = null;
      releases.delete(entry);
    };
  }

  wait<T>(awaitable: Awaitable<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if ((this.flags & CLOSED) !== 0) throw new ScopeClosedError("Cannot wait here: the scope is closed");
      const outer = explicitScope.current;
      explicitScope.current = this;
      try {
        awaitable.then(resolve as (value: T) => unknown, reject);
      } finally {
        explicitScope.current = outer;
      }
    });
  }

  /** The nearest cancellation in force here, whether its task was told or not. */
  #effective(): CancelledError | null {
    for (let s: ScopeNode | null = this; s !== null; s = s.parent) {
      if (s.cancellation !== null) return s.cancellation;
      if ((s.flags & SHIELD) !== 0) return null;
      // Opened in a clean-up: what is cancelled further out is known there.
      if (s.parent !== null && (s.parent.flags & (CLEANUP | ENDING)) !== 0 && (s.flags & CLEANUP) === 0)
        return null;
    }
    return null;
  }

  #refuseClosed(what: string): void {
    if ((this.flags & CLOSED) !== 0) throw new InvalidStateError(`Cannot ${what}: the scope is closed`);
  }
}

function closeGenerator(this: unknown): unknown {
  return (this as AsyncGenerator).return(undefined);
}

/** The scope that `scope.wait` names while it starts a wait. */
export const explicitScope: { current: ScopeNode | null } = { current: null };

/** The token that marks async code as running in the scope. */
export function tokenOf(scope: ScopeNode): ScopeToken {
  return (scope.token ??= { scope, refused: 0 });
}
