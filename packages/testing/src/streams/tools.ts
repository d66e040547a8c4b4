// What the checks of streams are written with: both dialects, waiting until something waits, and saying what is wrong.

import {
  type Awaitable,
  call,
  CancelledError,
  checkpoint,
  type Coroutine,
  createTask,
  isAwaitable,
  type Task,
} from "corio";
import { whereabouts } from "corio/lowlevel";
import { StreamCheckError } from "../errors.ts";
import type {
  StreamCapabilities,
  StreamEnd,
  StreamErrors,
  StreamPair,
  StreamSink,
  StreamSource,
} from "./types.ts";

/** The steps of a check: written once, driven in either dialect. */
export type Steps<T> = Generator<unknown, T, unknown>;

export type Dialect = "coroutine" | "async";

async function drive<T>(steps: Steps<T>): Promise<T> {
  let result = steps.next();
  while (result.done !== true) {
    let value: unknown;
    try {
      value = await (result.value as Awaitable<unknown>);
    } catch (error) {
      result = steps.throw(error);
      continue;
    }
    result = steps.next(value);
  }
  return result.value;
}

/** A character for each byte. */
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** Fails the check. */
export function wrong(what: string): never {
  throw new StreamCheckError(what);
}

/** For messages: not all of a megabyte. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 120 ? text : `${text.slice(0, 80)}… (${text.length} characters)`;
}

export function same(actual: unknown, expected: unknown, what: string): void {
  const [given, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (given !== wanted) wrong(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** In how many looks in a row a task must wait. */
const SETTLED = 10;

export class Tools {
  readonly capabilities: Required<StreamCapabilities>;
  readonly #dialect: Dialect;
  readonly #errors: StreamErrors;

  constructor(dialect: Dialect, capabilities: Required<StreamCapabilities>, errors: StreamErrors) {
    this.#dialect = dialect;
    this.capabilities = capabilities;
    this.#errors = errors;
  }

  /** Waits, as code of the dialect does. */
  *wait<T>(awaitable: Awaitable<T>): Steps<T> {
    if (this.#dialect === "coroutine") return yield* awaitable as unknown as Steps<T>;
    // oxlint-disable-next-line corio/no-yield-awaitable
    return (yield awaitable) as T;
  }

  /** A function of the dialect. */
  fn<T>(steps: () => Steps<T>): () => Coroutine<T> {
    if (this.#dialect === "coroutine") return steps as unknown as () => Coroutine<T>;
    return (() => drive(steps())) as unknown as () => Coroutine<T>;
  }

  /** Waits for what may be an Awaitable or not. */
  *settle(value: unknown): Steps<void> {
    if (isAwaitable(value)) yield* this.wait(value);
    else yield* this.wait(call(() => value));
  }

  /** Starts a task, and waits until it waits for something, or has ended. */
  *begin<T>(name: string, steps: () => Steps<T>): Steps<Task<T>> {
    const task = createTask({ name }, this.fn(steps)) as unknown as Task<T>;
    yield* this.untilWaiting(task);
    return task;
  }

  /** A wait that is over at once, as many calls begin with one, does not count. */
  *untilWaiting(task: Task<unknown>): Steps<void> {
    let waiting = 0;
    for (let i = 0; i < 10_000; i++) {
      waiting = whereabouts(task).length > 0 ? waiting + 1 : 0;
      if (task.done() || waiting === SETTLED) return;
      yield* this.wait(checkpoint());
    }
    wrong(`${task.name} neither waits nor ends`);
  }

  /** The error that the steps end with. */
  *failure(steps: Steps<unknown>, what: string): Steps<Error> {
    let value: unknown;
    try {
      value = yield* steps;
    } catch (error) {
      if (error instanceof CancelledError || !(error instanceof Error)) throw error;
      return error;
    }
    return wrong(
      `${what} should have failed; it gave ${show(value instanceof Uint8Array ? textOf(value) : value)}`,
    );
  }

  /** The steps must fail because this end is closed. */
  *failsClosed(steps: Steps<unknown>, what: string): Steps<void> {
    const error = yield* this.failure(steps, what);
    if (!this.saysClosed(error))
      wrong(`${what} should say that this end is closed; it said ${error.name}: ${error.message}`);
  }

  saysClosed(error: unknown): boolean {
    return error instanceof Error && (this.#errors.closed ?? hasCode)(error);
  }

  /** The steps must fail because the other end is gone. */
  *failsLost(steps: Steps<unknown>, what: string): Steps<void> {
    const error = yield* this.failure(steps, what);
    const { lost = hasCode } = this.#errors;
    if (!lost(error))
      wrong(`${what} should say that the other end is gone; it said ${error.name}: ${error.message}`);
  }

  /** Text that is read, so many bytes of it. */
  *text(source: StreamSource, bytes: number): Steps<string> {
    return textOf(yield* this.wait(source.readExactly(bytes)));
  }

  /** All up to the end. */
  *rest(source: StreamSource): Steps<string> {
    return textOf(yield* this.wait(source.read()));
  }

  /** Ends the direction that goes out from an end. */
  *end(end: StreamEnd): Steps<void> {
    const writer = sinkOf(end);
    if (this.capabilities.halfClose) yield* this.settle(writer.writeEof!());
    else yield* this.settle(writer.close!());
  }

  /** Closes an end. */
  *close(end: StreamEnd): Steps<void> {
    yield* this.settle(end.close === undefined ? sinkOf(end).close!() : end.close());
  }
}

function hasCode(error: Error): boolean {
  return typeof (error as { code?: unknown }).code === "string";
}

export function sinkOf(end: StreamEnd): StreamSink {
  return end.writer ?? wrong("This end of the pair has no writer");
}

export function sourceOf(end: StreamEnd): StreamSource {
  return end.reader ?? wrong("This end of the pair has no reader");
}

/** A check, as it is written. */
export interface CheckDefinition {
  readonly name: string;
  /** Whether it is about such streams. */
  readonly fits?: (capabilities: Required<StreamCapabilities>) => boolean;
  /** Whether it is about both directions together: it need not be tried the other way round. */
  readonly bothWays?: boolean;
  readonly steps: (tools: Tools, pair: StreamPair) => Steps<unknown>;
}
