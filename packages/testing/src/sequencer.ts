// A sequencer: forces parts of several tasks into one order.

import { type Awaitable, call, type Coroutine, Event, InvalidStateError, type Unwrap } from "corio";
import { coroutine } from "corio/lowlevel";
import { BrokenSequenceError } from "./errors.ts";

/**
 * Runs parts of tasks in the order of their numbers, whatever the schedule: `sequencer.turn(2, body)` waits until the turns 0 and
 * 1 are over. Each number is used once.
 */
export class Sequencer {
  readonly #claimed = new Set<number>();
  readonly #waiting = new Map<number, Event>();
  #next = 0;
  #broken = false;

  /**
   * Waits for the turn with this number, then runs the body, if there is one; the next turn begins when it ends. If it is
   * cancelled or fails, those who wait for later turns get a BrokenSequenceError. A cancel point.
   */
  turn<A extends readonly unknown[], R>(
    number: number,
    body: (...args: A) => R,
    ...args: A
  ): Awaitable<Unwrap<R>>;
  turn(number: number): Awaitable<void>;
  turn(
    number: number,
    body: (...args: never[]) => unknown = () => {},
    ...args: readonly unknown[]
  ): Awaitable<never> {
    if (!Number.isInteger(number) || number < 0) {
      throw new RangeError(`Cannot wait for turn ${String(number)}: it is a whole number, 0 or more`);
    }
    return coroutine(takeTurn, this as Sequencer, number, body, args) as Awaitable<never>;
  }

  /** @internal */
  *wait(number: number): Coroutine<void> {
    if (this.#claimed.has(number)) throw new InvalidStateError(`Turn ${number} was taken before`);
    this.#claimed.add(number);
    if (this.#broken) throw brokenError();
    if (number === this.#next) return;
    const event = new Event();
    this.#waiting.set(number, event);
    try {
      yield* event.wait();
    } catch (error) {
      this.break();
      throw error;
    } finally {
      this.#waiting.delete(number);
    }
    if (this.#broken) throw brokenError();
  }

  /** @internal */
  done(): void {
    this.#next++;
    this.#waiting.get(this.#next)?.set();
  }

  /** @internal */
  break(): void {
    this.#broken = true;
    for (const event of this.#waiting.values()) event.set();
  }
}

function brokenError(): BrokenSequenceError {
  return new BrokenSequenceError("A turn before this one was cancelled or has failed");
}

function* takeTurn(
  sequencer: Sequencer,
  number: number,
  body: (...args: never[]) => unknown,
  args: readonly unknown[],
): Coroutine<unknown> {
  yield* sequencer.wait(number);
  let value: unknown;
  try {
    value = yield* call(body as (...args: readonly unknown[]) => unknown, ...args);
  } catch (error) {
    sequencer.break();
    throw error;
  }
  sequencer.done();
  return value;
}
