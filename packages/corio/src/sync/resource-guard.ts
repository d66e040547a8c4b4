// ResourceGuard: says so when two tasks use at once what only one may.

import { BusyResourceError, InvalidStateError } from "../errors.ts";
import type { Awaitable, Coroutine, Parked, Unwrap } from "../kernel/awaitable.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { call, coroutine } from "../kernel/coroutine-awaitable.ts";
import { scopeHereOrNull } from "../kernel/scope-current.ts";
import { taskOf, type Task } from "../kernel/task.ts";

/** Marks a thing as in use. It never waits: a second user is a mistake, and gets BusyResourceError. To take turns, use a Lock. */
export class ResourceGuard {
  readonly #action: string;
  #busy = false;
  #user: Task<unknown> | null = null;

  /** @param action what one task does at a time, for the message: "reading from the socket" */
  constructor(action: string = "using the resource") {
    this.#action = action;
  }

  /** Whether the thing is in use. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Marks the thing as in use. BusyResourceError when it is, be it by the same task. */
  enter(): void {
    if (this.#busy) {
      const user = this.#user === null ? "Somebody" : `Task ${this.#user.name}`;
      throw new BusyResourceError(`${user} is ${this.#action} already`);
    }
    this.#busy = true;
    const scope = scopeHereOrNull();
    this.#user = scope === null ? null : taskOf(scope);
  }

  /** Marks the thing as free again. InvalidStateError when it is. */
  leave(): void {
    if (!this.#busy) throw new InvalidStateError(`Cannot leave: nobody is ${this.#action}`);
    this.#busy = false;
    this.#user = null;
  }

  /** Runs a body while the thing is marked as in use. Not a cancel point of its own. */
  hold<R>(body: () => R): Awaitable<Unwrap<R>> {
    assertFunction(body, "a body that uses the resource");
    return coroutine(guard, this, body as AnyFunction) as Awaitable<Unwrap<R>>;
  }

  /** Whether it is in use, and by whom. */
  statistics(): { busy: boolean; user: Task<unknown> | null } {
    return { busy: this.#busy, user: this.#user };
  }
}

function* guard(thing: ResourceGuard, body: AnyFunction): Coroutine<unknown> {
  thing.enter();
  try {
    return yield* call(body as () => unknown) as Iterable<Parked, unknown, unknown>;
  } finally {
    thing.leave();
  }
}
