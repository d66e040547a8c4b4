// Passing bytes on, from a reader to a writer, where the system cannot do it by itself.
import { CancelledError, type Coroutine } from "corio";
import { ConnectionClosedError, ConnectionResetError } from "../errors.ts";
import type { StreamReader } from "../streams/stream-reader.ts";
import type { StreamWriter } from "../streams/stream-writer.ts";
import { hasCome, pipeful } from "./rest-of-pipe.ts";

const block = 64 * 1024;

/**
 * May be stopped by a cancellation at any wait, and run again: what was read and not written is kept here, so nothing is lost or passed on twice.
 */
export class Relay {
  readonly name: string;
  readonly #reader: StreamReader;
  readonly #writer: StreamWriter;
  readonly #ended: () => void;
  readonly #refused: () => void;
  #held: Buffer | null = null;
  #over = false;

  /**
   * @param ended the reader has ended, or has failed
   * @param refused the writer takes no more
   */
  constructor(
    name: string,
    reader: StreamReader,
    writer: StreamWriter,
    ended: () => void,
    refused: () => void,
  ) {
    this.name = name;
    this.#reader = reader;
    this.#writer = writer;
    this.#ended = ended;
    this.#refused = refused;
  }

  /** Whether there is nothing more to do for it. */
  get over(): boolean {
    return this.#over;
  }

  *run(): Coroutine<void> {
    while (!this.#over) {
      this.#held ??= yield* this.#next();
      try {
        if (!this.#pass(this.#held)) yield* this.#writer.drain();
      } catch (error) {
        this.#broke(error);
      }
    }
  }

  /** Passes on what was written by now, as far as the writer takes it without a wait. */
  *runRest(): Coroutine<void> {
    for (let passed = 0; !this.#over && passed < pipeful;) {
      if (this.#held === null && !(yield* hasCome(this.#reader))) return;
      const held = (this.#held ??= yield* this.#next());
      try {
        if (!this.#pass(held)) return;
      } catch (error) {
        this.#broke(error);
      }
      passed += held.length;
    }
  }

  /** Whether the writer took it; nothing, which is the end, needs no writer. */
  #pass(bytes: Buffer): boolean {
    if (bytes.length === 0) {
      this.#over = true;
      this.#ended();
    } else if (!this.#writer.tryWrite(bytes)) return false;
    this.#held = null;
    return true;
  }

  #broke(error: unknown): void {
    if (!isBroken(error)) throw error;
    this.#over = true;
    this.#refused();
  }

  *#next(): Coroutine<Buffer> {
    try {
      return yield* this.#reader.read(block);
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        this.#over = true;
        this.#ended();
      }
      throw error;
    }
  }
}

/** Whether a writer failed because nobody reads any more. */
export function isBroken(error: unknown): boolean {
  return error instanceof ConnectionResetError || error instanceof ConnectionClosedError;
}
