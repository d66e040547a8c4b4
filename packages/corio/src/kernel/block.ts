// A block: a body run in a scope of its own, within the task that waits for the block.

import { cancellationOf, CleanupError, type CancelledError } from "../errors.ts";
import { isGeneratorFunction, PARKED, resume, type Awaitable, type Parked } from "./awaitable.ts";
import { callBody, driverOf, type AnyFunction } from "./body.ts";
import { closeDown, needsClosing, type Outcome } from "./closing.ts";
import { markTold, tellAgain } from "./delivery.ts";
import { startGuestStrand } from "./guest-strand.ts";
import { hooks } from "./hooks.ts";
import { awaitedBefore, runningStrand, throwPending } from "./operation.ts";
import { HARD, HARD_ROOT } from "./scope-flags.ts";
import { ScopeNode } from "./scope.ts";
import { closeBody, closing, pay, type Strand } from "./strand.ts";

const NEW = 0;
const BODY = 1;
const CLOSING = 2;
const DONE = 3;

type Driver = Iterator<unknown, unknown, unknown>;

/**
 * A block is the iterator of its own `yield*`: it forwards what its body waits for, and sees its body end. A subclass says which
 * scope it opens and what its end means.
 */
export abstract class Block<T> implements Awaitable<T>, Outcome, Iterator<Parked, T, unknown> {
  ok = true;
  ending: unknown = undefined;
  protected scope: ScopeNode | null = null;
  /** Whether children were waited for: the join is a wait, at which a pending cancellation is thrown. */
  protected joined = false;
  #phase = NEW;
  #driver: Driver | null = null;
  /** Whether the driver is what a generator function gave. */
  #native = false;
  readonly #body: AnyFunction;
  readonly #args: readonly unknown[];

  constructor(body: AnyFunction, args: readonly unknown[]) {
    this.#body = body;
    this.#args = args;
    hooks.debug?.made(this);
  }

  /** Whether it was awaited. */
  get begun(): boolean {
    return this.#phase !== NEW;
  }

  /** What it is, in words. */
  describe(): string {
    return `a block around ${this.#body.name || "a function"}`;
  }

  /** Makes the scope. */
  protected open(parent: ScopeNode, strand: Strand): ScopeNode {
    return new ScopeNode(parent.loop, parent, strand, 0);
  }

  /** Whether the block begins although its task is to be told of a cancellation. */
  protected get shielded(): boolean {
    return false;
  }

  /** Sets the scope up, before the body is called. */
  protected prepare(_scope: ScopeNode): void {}

  /** The body has ended; leftovers, children and resources are still there. */
  protected bodyEnded(_scope: ScopeNode): void {}

  /** The scope is about to close. */
  protected finished(_scope: ScopeNode): void {}

  /** The block's value when the body gave one. */
  protected value(result: unknown): T {
    return result as T;
  }

  /** The block's value when it ended by its own scope's cancellation; or throws what that means. */
  protected abstract absorb(cancellation: CancelledError): T;

  /** Whether the block fails: its body has, or children. `ending` is then what it throws. */
  protected fails(failed: boolean): boolean {
    return failed;
  }

  /** What the body is given. */
  protected bodyArguments(scope: ScopeNode, args: readonly unknown[]): readonly unknown[] {
    return [scope, ...args];
  }

  [Symbol.iterator](): Iterator<Parked, T, unknown> {
    if (this.#phase !== NEW) throw awaitedBefore("the block");
    return this;
  }

  then(resolve: (value: T) => unknown, reject: (error: unknown) => unknown): void {
    startGuestStrand(this, resolve as (value: unknown) => unknown, reject);
  }

  next(): IteratorResult<Parked, T> {
    const begins = this.#phase === NEW;
    const strand = runningStrand();
    if (begins) {
      const parent = strand.at;
      if (parent.pending !== null && !this.shielded) return throwPending(strand, this);
      this.#begin(strand, parent);
    }
    for (;;) {
      if (this.#phase === DONE) {
        // Ended at once: it is paid for like a wait.
        return begins && !pay(strand) ? PARKED : this.#conclude(strand);
      }
      let result: IteratorResult<unknown, unknown>;
      try {
        result = this.#native ? resume(this.#driver!) : this.#driver!.next();
      } catch (error) {
        this.#ended(false, error);
        continue;
      }
      if (result.done !== true) {
        if (strand.leaf !== closing || (this.scope!.flags & HARD_ROOT) === 0)
          return result as IteratorResult<Parked, T>;
        // The body goes on although its grace is over: closed here, and nowhere else.
        strand.leaf = null;
        strand.ignored = 0;
        closeBody(this.#driver!);
        strand.leaf = null;
        strand.at = this.scope!;
        // It was a release that went on: the others are still to be called.
        if (this.#phase === CLOSING && needsClosing(this.scope!)) this.#driver = closeDown(this.scope!, this);
        else this.#ended(false, this.scope!.cancellation);
        continue;
      }
      this.#ended(true, result.value);
    }
  }

  /** Thrown from further out into the body, which has yielded what is no wait. */
  throw(error: unknown): IteratorResult<Parked, T> {
    try {
      const driver = this.#driver!;
      if (driver.throw === undefined) throw error;
      const result = driver.throw(error);
      if (result.done !== true) return result as IteratorResult<Parked, T>;
      this.#ended(true, result.value);
    } catch (failure) {
      this.#ended(false, failure);
    }
    return this.next();
  }

  /** The coroutine is closed from further out: closes the body, and sees to the rest in a strand of its own. */
  return(value?: unknown): IteratorResult<Parked, T> {
    if (this.#phase === BODY || this.#phase === CLOSING) {
      closeBody(this.#driver!);
      const scope = this.scope!;
      this.#phase = DONE;
      this.ok = true;
      const strand = scope.strand!;
      strand.at = scope.parent!;
      endOrphan(scope, this);
    }
    return { value: value as T, done: true };
  }

  #begin(strand: Strand, parent: ScopeNode): void {
    const scope = this.open(parent, strand);
    this.scope = scope;
    this.#phase = BODY;
    strand.at = scope;
    try {
      this.prepare(scope);
      const result = callBody(this.#body, this.bodyArguments(scope, this.#args), scope);
      this.#native = isGeneratorFunction(this.#body);
      this.#driver = this.#native ? (result as Driver) : driverOf(result, scope);
      if (this.#driver === null) this.#ended(true, result);
    } catch (error) {
      this.#ended(false, error);
    }
  }

  #ended(ok: boolean, result: unknown): void {
    if (this.#phase === CLOSING) {
      // Closing never fails: it changes the outcome itself.
      this.#phase = DONE;
      return;
    }
    this.ok = ok;
    this.ending = result;
    const scope = this.scope!;
    this.bodyEnded(scope);
    if (needsClosing(scope)) {
      this.joined = scope.first !== null;
      this.#native = false;
      this.#driver = closeDown(scope, this);
      this.#phase = CLOSING;
    } else this.#phase = DONE;
  }

  #conclude(strand: Strand): IteratorReturnResult<T> {
    const scope = this.scope!;
    const parent = scope.parent!;
    strand.at = parent;
    this.finished(scope);
    scope.close();
    const cancellation = this.ok ? null : cancellationOf(this.ending);
    if (this.fails(!this.ok && cancellation === null)) {
      const replaced = cancellation ?? replacedBy(this.ending);
      if (replaced !== null && replaced.scope !== scope) tellAgain(parent, replaced);
      throw this.ending;
    }
    if (cancellation !== null && cancellation.scope !== scope) throw cancellation;
    const absorbs = cancellation !== null;
    if ((absorbs || this.joined) && parent.pending !== null) {
      const outer = parent.pending;
      if ((parent.flags & HARD) === 0) markTold(parent, outer);
      throw outer;
    }
    return { value: absorbs ? this.absorb(cancellation) : this.value(this.ending), done: true };
  }
}

/** The cancellation that the body had ended with before a release failed, too. */
function replacedBy(failure: unknown): CancelledError | null {
  return failure instanceof CleanupError ? cancellationOf(failure.errors[0]) : null;
}

/** Ends a scope whose block is gone, in strands that belong to nobody: the scope around it waits for it all the same. */
function endOrphan(scope: ScopeNode, outcome: Outcome): void {
  if (!needsClosing(scope)) {
    scope.close();
    return;
  }
  const driver = closeDown(scope, outcome);
  // Closed by force, too, it leaves what is still to be released to the next one.
  const ended = (): void => endOrphan(scope, outcome);
  startGuestStrand({ [Symbol.iterator]: () => driver }, ended, ended, scope);
}
