// One call on a file, as something to wait for: done at once where what is buffered suffices and nobody stands before it, in the
// file's turn otherwise. A small read or write costs one object and no trip to the system.
import { InvalidStateError, type Awaitable, type Coroutine, type Parked } from "corio";
import { coroutine, Operation, type WaitTarget } from "corio/lowlevel";
import { turn, type Descriptor } from "./descriptor.ts";

/** What can be asked of a file. `S` is what it is asked of: the descriptor, or the text above it. */
export interface FileOperation<S, A, B, T> {
  readonly name: string;
  /** Whether what is buffered suffices. Changes nothing. */
  readonly ready: (subject: S, a: A, b: B) => boolean;
  /** Does it with what is buffered. Called right after `ready`. */
  readonly now: (subject: S, a: A, b: B) => T;
  /** Does it in the file's turn. */
  readonly later: (subject: S, a: A, b: B) => Coroutine<T>;
}

/** An operation that always takes the file's turn. */
export function inTurn<S, A, B, T>(
  name: string,
  later: (subject: S, a: A, b: B) => Coroutine<T>,
): FileOperation<S, A, B, T> {
  return { name, ready: never, now: impossible, later };
}

function never(): boolean {
  return false;
}

function impossible(): never {
  throw new Error("It is never ready");
}

export class FileCall<S, A, B, T> extends Operation<T> {
  readonly #file: Descriptor;
  readonly #operation: FileOperation<S, A, B, T>;
  readonly #subject: S;
  readonly #a: A;
  readonly #b: B;
  #later: Awaitable<T> | null = null;

  constructor(file: Descriptor, operation: FileOperation<S, A, B, T>, subject: S, a: A, b: B) {
    super();
    this.#file = file;
    this.#operation = operation;
    this.#subject = subject;
    this.#a = a;
    this.#b = b;
  }

  override get begun(): boolean {
    return this.#later !== null || super.begun;
  }

  override [Symbol.iterator](): Iterator<Parked, T, unknown> {
    return this.#atOnce() ? this : this.#inTurn()[Symbol.iterator]();
  }

  override then(resolve: (value: T) => unknown, reject: (error: unknown) => unknown): void {
    if (this.#atOnce()) super.then(resolve, reject);
    else this.#inTurn().then(resolve, reject);
  }

  /** Whether it can be done now; true as well when it was: what the kernel says to that is right. */
  #atOnce(): boolean {
    if (super.begun) return true;
    return this.#later === null && this.#file.idle && this.#operation.ready(this.#subject, this.#a, this.#b);
  }

  #inTurn(): Awaitable<T> {
    if (this.#later !== null) {
      throw new InvalidStateError(`Cannot wait twice: ${this.describe()} was awaited before`);
    }
    const { later } = this.#operation;
    this.#later = coroutine(
      turn as typeof turn<S, A, B, T>,
      this.#file,
      later,
      this.#subject,
      this.#a,
      this.#b,
    );
    return this.#later;
  }

  protected override start(): boolean {
    this.value = this.#operation.now(this.#subject, this.#a, this.#b);
    return true;
  }

  describe(): string {
    return `${this.#operation.name} ${this.#file.path}`;
  }

  waitsFor(): WaitTarget {
    return { kind: "file", state: { operation: this.#operation.name, path: this.#file.path } };
  }
}
