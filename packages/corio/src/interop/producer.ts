// A producer: a coroutine that gives items to whoever iterates over it, one at a time, in the consumer's own task.
//
// It runs only while the consumer waits for the next item, on the consumer's strand. So a scope that it opened and has not left when
// it hands an item over would stand around the consumer's code: its timeout would cancel the consumer, its children would fail there.
// Here that is an error at the `emit`, exactly: the driver sees where the strand stands.

import { GeneratorExit, InvalidStateError } from "../errors.ts";
import {
  isGeneratorFunction,
  PARKED,
  type Awaitable,
  type Coroutine,
  type Parked,
} from "../kernel/awaitable.ts";
import { cancelPoint } from "../kernel/cancel-point.ts";
import { coroutine } from "../kernel/coroutine-awaitable.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import { closeBody, current, IGNORED_LIMIT, type Strand } from "../kernel/strand.ts";

/** Gives an item to the consumer, and waits until it wants the next one. To be waited for in the producer itself, with `yield*`. */
export type Emit<T> = (item: T) => Awaitable<void>;

/** What comes out of a producer: for `for await`, `forEach`, `map`, and for `scope.use`, which closes it with the scope. */
export interface Producer<T> extends AsyncIterableIterator<T, undefined>, AsyncDisposable {}

type Body = (emit: Emit<never>, ...args: readonly unknown[]) => Coroutine<unknown>;
type Resume = (driver: Coroutine<unknown>) => IteratorResult<unknown, unknown>;

const NEW = 0;
const IDLE = 1;
const RUNNING = 2;
const ENDED = 3;

class ProducerState<T> {
  state = NEW;
  /** Whose step runs the body. */
  strand: Strand | null = null;
  /** Where the consumer stood when it asked. */
  base: ScopeNode | null = null;
  /** What is being handed over. */
  emitted: { readonly item: T } | null = null;
  /** The consumer has left. */
  leaving = false;
  /** How often the body has gone on to emit all the same. */
  ignored = 0;
  readonly #body: Body;
  readonly #args: readonly unknown[];
  #driver: Coroutine<unknown> | null = null;

  constructor(body: Body, args: readonly unknown[]) {
    this.#body = body;
    this.#args = args;
  }

  /** Runs the body to its next wait, item or end. */
  step(resume: Resume): IteratorResult<Parked, IteratorResult<T, undefined>> {
    if (this.state !== RUNNING) {
      this.state = RUNNING;
      this.strand = current.strand!;
      this.base = this.strand.at;
      this.#driver ??= this.#body((item: T) => new Emission(this, item), ...this.#args);
    }
    let result: IteratorResult<unknown, unknown>;
    try {
      result = resume(this.#driver!);
    } catch (error) {
      this.#end();
      throw error;
    }
    if (this.emitted !== null) {
      const { item } = this.emitted;
      this.emitted = null;
      this.state = IDLE;
      this.strand = this.base = null;
      return { value: { value: item, done: false }, done: true };
    }
    if (result.done === true) this.#end();
    else if (this.ignored > IGNORED_LIMIT) this.close();
    else return result as IteratorYieldResult<Parked>;
    return { value: { value: undefined, done: true }, done: true };
  }

  /** Closes the body by force, with its consumer or because it does not end. */
  close(): void {
    if (this.#driver !== null) closeBody(this.#driver);
    this.#end();
  }

  #end(): void {
    this.state = ENDED;
    this.#driver = this.strand = this.base = null;
  }
}

/** The wait of the producer for its consumer. */
class Emission<T> implements Awaitable<void>, Iterator<Parked, void, unknown> {
  readonly #producer: ProducerState<T>;
  readonly #item: T;
  #given = false;

  constructor(producer: ProducerState<T>, item: T) {
    this.#producer = producer;
    this.#item = item;
  }

  [Symbol.iterator](): Iterator<Parked, void, unknown> {
    if (this.#given) throw new InvalidStateError("Cannot wait twice: the item was emitted before");
    return this;
  }

  next(): IteratorResult<Parked, void> {
    const producer = this.#producer;
    if (producer.leaving) {
      // One that catches everything and goes on would do so for ever.
      if (++producer.ignored > IGNORED_LIMIT) return PARKED;
      throw new GeneratorExit("The consumer has left");
    }
    if (this.#given) return { value: undefined, done: true };
    if (producer.strand === null || producer.strand !== current.strand) {
      throw new InvalidStateError(
        "Cannot emit: only the producer's own coroutine can, while its consumer waits; other tasks send their items through a channel",
      );
    }
    if (producer.strand.at !== producer.base) {
      throw new InvalidStateError(
        "Cannot emit: the producer is inside a scope that it opened (a timeout, a task group …), which would stand around its consumer's code. Leave the scope first, or let a task of its own send the items through a channel",
      );
    }
    this.#given = true;
    producer.emitted = { item: this.#item };
    return PARKED;
  }

  return(): IteratorResult<Parked, void> {
    return { value: undefined, done: true };
  }

  then(_resolve: unknown, reject: (error: unknown) => unknown): void {
    reject(new InvalidStateError("Cannot emit here: only the producer's own coroutine can, with `yield*`"));
  }
}

/** The iterator that drives a producer to its next item, in the coroutine of whoever asks. */
class Steps<T> implements Iterator<Parked, IteratorResult<T, undefined>, unknown> {
  readonly #producer: ProducerState<T>;

  constructor(producer: ProducerState<T>) {
    this.#producer = producer;
  }

  [Symbol.iterator](): Iterator<Parked, IteratorResult<T, undefined>, unknown> {
    return this;
  }

  next(): IteratorResult<Parked, IteratorResult<T, undefined>> {
    return this.#producer.step(resumeBody);
  }

  throw(error: unknown): IteratorResult<Parked, IteratorResult<T, undefined>> {
    return this.#producer.step((driver) => driver.throw(error));
  }

  return(): IteratorResult<Parked, IteratorResult<T, undefined>> {
    this.#producer.close();
    return { value: { value: undefined, done: true }, done: true };
  }
}

function resumeBody(driver: Coroutine<unknown>): IteratorResult<unknown, unknown> {
  return driver.next();
}

class ProducerIterator<T> {
  readonly #producer: ProducerState<T>;

  constructor(producer: ProducerState<T>) {
    this.#producer = producer;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Awaitable<IteratorResult<T, undefined>> {
    return coroutine(takeItem<T>, this.#producer);
  }

  return(): Awaitable<IteratorReturnResult<undefined>> {
    return coroutine(leave, this.#producer as ProducerState<unknown>);
  }

  [Symbol.asyncDispose](): Awaitable<unknown> {
    return this.return();
  }
}

function* takeItem<T>(producer: ProducerState<T>): Coroutine<IteratorResult<T, undefined>> {
  yield* cancelPoint();
  assertIdle(producer, "take an item");
  if (producer.state === ENDED) return { value: undefined, done: true };
  return yield* new Steps(producer);
}

/** Throws GeneratorExit where the producer stands, and waits for its clean-up. */
function* leave(producer: ProducerState<unknown>): Coroutine<IteratorReturnResult<undefined>> {
  assertIdle(producer, "leave the producer");
  if (producer.state === NEW) producer.close();
  if (producer.state === IDLE) {
    producer.leaving = true;
    try {
      yield* new Steps(producer);
    } catch (error) {
      if (!(error instanceof GeneratorExit)) throw error;
    }
  }
  return { value: undefined, done: true };
}

function assertIdle(producer: { readonly state: number }, what: string): void {
  if (producer.state !== RUNNING) return;
  throw new InvalidStateError(`Cannot ${what}: somebody else waits for the producer's next item`);
}

/**
 * Makes something to iterate over of a coroutine: `yield* emit(item)` in it gives an item to the consumer. It is lazy, and runs in the
 * consumer's task, only while that waits for an item; a consumer that leaves early has it clean up (GeneratorExit at its `emit`) before it goes on.
 *
 * A scope that it opens must be closed before it emits: InvalidStateError at the `emit` otherwise. In the async dialect, async
 * generators do the same; for a producer that runs by itself, let a task send into a `channel`.
 */
export function producer<T, A extends readonly unknown[]>(
  body: (emit: Emit<T>, ...args: A) => Coroutine<unknown>,
  ...args: A
): Producer<T> {
  if (!isGeneratorFunction(body)) {
    throw new TypeError("Cannot make a producer: its body is no function* (async code has async generators)");
  }
  const state = new ProducerState<T>(body as unknown as Body, args);
  return new ProducerIterator(state) as unknown as Producer<T>;
}
