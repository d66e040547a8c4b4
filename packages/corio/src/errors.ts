// Every error class of the package, flat. Each says where it borders on its neighbour; callers match `code` or the class.

/** Builds an error without capturing a stack: for errors that are control flow, made often and shown rarely. */
function stackless<A, B, E>(type: new (a: A, b: B) => E, a: A, b: B): E {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new type(a, b);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function reasonText(reason: unknown): string {
  if (reason === undefined) return "cancelled";
  if (reason instanceof Error) return `cancelled: ${reason.message}`;
  return typeof reason === "string" ? `cancelled: ${reason}` : "cancelled";
}

/**
 * The cancellation of a scope, thrown at the waits inside it. One shared instance per cancellation, without a stack. It is an
 * ordinary exception: `finally` runs and may await. Let it pass; a scope absorbs only its own.
 * Not to be confused with `TaskCancelledError`, which tells a joiner that *another* task was cancelled.
 */
export class CancelledError extends Error {
  readonly code = "ERR_CANCELLED";
  // Private, so that a printed error does not show the whole tree of scopes.
  readonly #scope: object;
  readonly #reason: unknown;

  /** @internal */
  constructor(scope: object, reason: unknown) {
    super();
    this.#scope = scope;
    this.#reason = reason;
  }

  /** The scope that was cancelled. */
  get scope(): object {
    return this.#scope;
  }

  /** What was passed to `cancel(reason)`; for an expired deadline a `TimeoutError`. */
  get reason(): unknown {
    return this.#reason;
  }

  // Not the error's own: who cancels a hundred thousand tasks makes as many errors, and a text of its own doubles the price of one.
  override get message(): string {
    return reasonText(this.#reason);
  }

  /** @internal */
  static of(scope: object, reason: unknown): CancelledError {
    return stackless(CancelledError, scope, reason);
  }

  override get name(): string {
    return "CancelledError";
  }
}

/** A `timeout` block whose deadline passed before its body returned. `cause` is the CancelledError that interrupted the body. */
export class TimeoutError extends Error {
  readonly code = "ERR_TIMEOUT";
  override get name(): string {
    return "TimeoutError";
  }
}

/** A joined task ended cancelled. An ordinary failure of the joiner, who was not cancelled: compare `CancelledError`. */
export class TaskCancelledError extends Error {
  readonly code = "ERR_TASK_CANCELLED";

  /** @internal Without a stack: whoever cancels many tasks and joins them meets as many of these. */
  static of(message: string, cause: unknown): TaskCancelledError {
    return stackless(TaskCancelledError, message, { cause });
  }

  override get name(): string {
    return "TaskCancelledError";
  }
}

/** A CancelledError ended a task although none of its enclosing scopes was cancelled: kept from elsewhere and thrown here. */
export class StrayCancellationError extends Error {
  readonly code = "ERR_STRAY_CANCELLATION";
  override get name(): string {
    return "StrayCancellationError";
  }
}

/** All failures of a task group: children in the order they failed, the body's own error last. Always a group, also for one. */
export class TaskGroupError extends AggregateError {
  readonly code = "ERR_TASK_GROUP";

  /** The sole error, or undefined when there are several. */
  only(): unknown {
    return this.errors.length === 1 ? this.errors[0] : undefined;
  }

  /** The errors of one class, looked for in nested groups too, in order. */
  match<E>(type: abstract new (...args: never[]) => E): E[] {
    const found: E[] = [];
    for (const error of this.errors) {
      if (error instanceof type) found.push(error);
      else if (error instanceof TaskGroupError) {
        // One by one: arguments of a call are not for as many as a group may have.
        for (const inner of error.match(type)) found.push(inner);
      }
    }
    return found;
  }

  /** Two groups, those that fit the predicate and the rest; `null` for an empty one. Nested groups keep their shape. */
  split(predicate: (error: unknown) => boolean): [TaskGroupError | null, TaskGroupError | null] {
    const fits: unknown[] = [];
    const rest: unknown[] = [];
    for (const error of this.errors) {
      if (error instanceof TaskGroupError) {
        const [inner, other] = error.split(predicate);
        if (inner !== null) fits.push(inner);
        if (other !== null) rest.push(other);
      } else (predicate(error) ? fits : rest).push(error);
    }
    const group = (errors: unknown[]): TaskGroupError | null =>
      errors.length === 0 ? null : new TaskGroupError(errors, this.message, { cause: this.cause });
    return [group(fits), group(rest)];
  }

  override get name(): string {
    return "TaskGroupError";
  }
}

/** Releasing a scope's resources failed. `errors` holds the body's own error first, if it had one, then those of the releases. */
export class CleanupError extends AggregateError {
  readonly code = "ERR_CLEANUP";
  override get name(): string {
    return "CleanupError";
  }
}

/** Something was awaited, or a scope asked for, outside any `run` or `main`. */
export class NoRunError extends Error {
  readonly code = "ERR_NO_RUN";
  override get name(): string {
    return "NoRunError";
  }
}

/** Code that outlived its block went on to await. The block is closed; the call should have been awaited or spawned. */
export class ScopeClosedError extends Error {
  readonly code = "ERR_SCOPE_CLOSED";
  override get name(): string {
    return "ScopeClosedError";
  }
}

/** An operation that the object's state does not allow: a second await, a result set twice, a lock released by a stranger. */
export class InvalidStateError extends Error {
  readonly code = "ERR_INVALID_STATE";
  override get name(): string {
    return "InvalidStateError";
  }
}

/** A context variable without a value, a default or a fallback was asked for its value. */
export class LookupError extends Error {
  readonly code = "ERR_LOOKUP";
  override get name(): string {
    return "LookupError";
  }
}

/**
 * A future that was cancelled by its `cancel()`: no result will come. An ordinary failure of those who wait for it, who were not
 * cancelled: compare TaskCancelledError, of tasks.
 */
export class FutureCancelledError extends Error {
  readonly code = "ERR_FUTURE_CANCELLED";
  override get name(): string {
    return "FutureCancelledError";
  }
}

/** Thrown at the `emit` of a producer whose consumer has left, so that it cleans up. Let it pass. */
export class GeneratorExit extends Error {
  readonly code = "ERR_GENERATOR_EXIT";
  override get name(): string {
    return "GeneratorExit";
  }
}

/** A coroutine yielded something that is no wait of Corio's (usually a `yield` where `yield*` was meant). */
export class BadYieldError extends Error {
  readonly code = "ERR_BAD_YIELD";
  override get name(): string {
    return "BadYieldError";
  }
}

/** The process would end while a run is still waiting: nothing is left that could wake it. The message holds the task tree. */
export class DeadlockError extends Error {
  readonly code = "ERR_DEADLOCK";
  override get name(): string {
    return "DeadlockError";
  }
}

/** `getNowait` of an empty queue. */
export class QueueEmpty extends Error {
  readonly code = "ERR_QUEUE_EMPTY";
  override get name(): string {
    return "QueueEmpty";
  }
}

/** `putNowait` into a full queue. */
export class QueueFull extends Error {
  readonly code = "ERR_QUEUE_FULL";
  override get name(): string {
    return "QueueFull";
  }
}

/** `put` into, or `get` from a drained queue that was shut down. */
export class QueueShutDown extends Error {
  readonly code = "ERR_QUEUE_SHUT_DOWN";
  override get name(): string {
    return "QueueShutDown";
  }
}

/** A channel's `sendNowait` or `receiveNowait` that would have to wait. Compare QueueFull and QueueEmpty. */
export class WouldBlock extends Error {
  readonly code = "ERR_WOULD_BLOCK";
  override get name(): string {
    return "WouldBlock";
  }
}

/** `receive` when all send ends are closed and nothing is left: the regular end. Compare BrokenChannel. */
export class EndOfChannel extends Error {
  readonly code = "ERR_END_OF_CHANNEL";
  override get name(): string {
    return "EndOfChannel";
  }
}

/** `send` when all receive ends are closed: nobody will ever take the item. Compare EndOfChannel, the receivers' side. */
export class BrokenChannel extends Error {
  readonly code = "ERR_BROKEN_CHANNEL";
  override get name(): string {
    return "BrokenChannel";
  }
}

/** The use of an end of a channel that was closed on this side: by itself, not by the peer (EndOfChannel, BrokenChannel). */
export class ClosedChannel extends Error {
  readonly code = "ERR_CLOSED_CHANNEL";
  override get name(): string {
    return "ClosedChannel";
  }
}

/** A wait at a barrier that was aborted, or reset while the task waited. */
export class BrokenBarrierError extends Error {
  readonly code = "ERR_BROKEN_BARRIER";
  override get name(): string {
    return "BrokenBarrierError";
  }
}

/** Two tasks at once in something that one may use at a time. A mistake of the program: who wants to wait takes a Lock. */
export class BusyResourceError extends Error {
  readonly code = "ERR_BUSY_RESOURCE";
  override get name(): string {
    return "BusyResourceError";
  }
}

/** A mistake that debug mode has found; it comes with a report, and is never thrown. The stack is the place that it is about. */
export class DebugWarning extends Error {
  readonly code = "ERR_DEBUG_WARNING";
  override get name(): string {
    return "DebugWarning";
  }
}

/** @internal The CancelledError that an error stands for: itself, or the cause of an AbortError (as node's own APIs wrap it). */
export function cancellationOf(error: unknown): CancelledError | null {
  if (error instanceof CancelledError) return error;
  if (error instanceof Error && error.name === "AbortError" && error.cause instanceof CancelledError) {
    return error.cause;
  }
  return null;
}
