// executeMany: one Parse, a Bind and Execute for each element, one Sync, so that it is all or nothing. Elements are
// encoded as they are taken from the input, never more than a window ahead of what the server has taken.

import { checkpoint, fromPromise, moveOnAfter, shield } from "corio";
import type { Coroutine } from "corio";
import { suspend } from "corio/lowlevel";
import { DataError, InterfaceError } from "../errors.ts";
import { describeValue } from "../types/codec.ts";
import { execute, parse, sync } from "../wire/frontend.ts";
import { admitAlone } from "./admit.ts";
import { bind, checkArgumentCount } from "./bind.ts";
import { abandonFlight, awaitFlight } from "./cancel-flight.ts";
import { Flight } from "./flight.ts";
import { closeDropped, prepareStatement } from "./prepare.ts";
import { IDLE } from "./session.ts";
import type { Session } from "./session.ts";
import type { Statement } from "./statement-cache.ts";

export type Rows = Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>;

/** Bytes written before they are sent. */
const WINDOW = 64 * 1024;
/** Milliseconds that an asynchronous input may take to close. */
const CLOSING = 1000;

export function* executeMany(session: Session, sql: string, rows: Rows): Coroutine<void> {
  const source = new RowSource(rows);
  yield* admitAlone(session);
  try {
    yield* executeAdmitted(session, sql, source);
  } finally {
    session.turnstile.leave();
    yield* source.close();
  }
}

/** The same for a caller who has the connection for itself, and closes the source. */
export function* executeAdmitted(session: Session, sql: string, source: RowSource): Coroutine<number> {
  const statement = yield* prepareStatement(session, sql);
  return yield* new Batch(session, statement).run(source);
}

/** Takes rows from an iterable of either kind. */
export class RowSource {
  readonly #sync: Iterator<readonly unknown[]> | null;
  readonly #async: AsyncIterator<readonly unknown[]> | null;
  #ended = false;

  constructor(rows: Rows) {
    const iterable = rows as Partial<Iterable<readonly unknown[]> & AsyncIterable<readonly unknown[]>>;
    this.#async = iterable[Symbol.asyncIterator]?.() ?? null;
    this.#sync = this.#async === null ? (iterable[Symbol.iterator]?.() ?? null) : null;
    if (this.#async === null && this.#sync === null) {
      throw new InterfaceError(`expected an iterable of rows, got ${describeValue(rows)}`);
    }
  }

  get isAsync(): boolean {
    return this.#async !== null;
  }

  /** The next row of a synchronous source, or null at its end. */
  next(): readonly unknown[] | null {
    return this.#row(this.#sync!.next());
  }

  *nextAsync(): Coroutine<readonly unknown[] | null> {
    return this.#row(yield* fromPromise(this.#async!.next()));
  }

  /** Tells the source that no more will be taken. */
  *close(): Coroutine<void> {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#sync !== null) this.#sync.return?.();
    else if (this.#async!.return !== undefined) {
      const returned = this.#async!.return();
      // A generator that sits on a promise of its own cannot be closed before that settles.
      yield* shield(() => moveOnAfter(CLOSING, () => fromPromise(returned)), { timeout: Infinity });
    }
  }

  #row(result: IteratorResult<readonly unknown[]>): readonly unknown[] | null {
    if (result.done === true) {
      this.#ended = true;
      return null;
    }
    if (Array.isArray(result.value)) return result.value;
    throw new InterfaceError(`each row must be an array of arguments, got ${describeValue(result.value)}`);
  }
}

/** The flight of one executeMany. */
class Batch {
  readonly #session: Session;
  readonly #statement: Statement;
  readonly #flight = new Flight();
  #launched = false;

  constructor(session: Session, statement: Statement) {
    this.#session = session;
    this.#statement = statement;
  }

  /** Gives the number of rows. */
  *run(source: RowSource): Coroutine<number> {
    const session = this.#session;
    const outside = session.status === IDLE;
    let index = 0;
    try {
      for (;;) {
        const row = source.isAsync ? yield* source.nextAsync() : source.next();
        if (row === null) break;
        // The server has given up: what comes after would only be thrown away.
        if (this.#flight.error !== null) break;
        this.#write(row, index++);
        if (session.writer.size < WINDOW) continue;
        session.flush();
        yield* waitForRoom(session);
      }
    } catch (error) {
      yield* this.#abort(outside);
      throw error;
    }
    if (!this.#launched) return 0;
    sync(session.writer);
    session.flush();
    yield* awaitFlight(session, this.#flight);
    return index;
  }

  #write(row: readonly unknown[], index: number): void {
    const { writer } = this.#session;
    const shape = this.#statement.shape!;
    if (!this.#launched) closeDropped(this.#session);
    const mark = writer.size;
    try {
      checkArgumentCount(shape, row);
      if (!this.#launched && this.#statement.name === "") {
        parse(writer, "", this.#statement.sql, this.#statement.parameterOids);
      }
      bind(writer, shape, row);
      execute(writer, "", 1);
    } catch (error) {
      writer.rewind(mark);
      if (!(error instanceof InterfaceError)) throw error;
      const Class = error instanceof DataError ? DataError : InterfaceError;
      throw new Class(`in element #${index} of executeMany: ${error.message}`, { cause: error });
    }
    if (this.#launched) return;
    this.#launched = true;
    this.#session.launch(this.#flight);
  }

  /** Undoes what was sent: nothing of it may become part of what is committed. */
  *#abort(outside: boolean): Coroutine<void> {
    const { writer } = this.#session;
    if (!this.#launched || this.#flight.done) return;
    // Not as a simple query, which would be skipped after an error as everything up to the Sync is. Inside a
    // transaction block it is the block's to roll back: a statement that cannot be parsed makes it fail.
    parse(writer, "", outside ? "ROLLBACK" : "corio_execute_many_was_abandoned");
    if (outside) {
      bind(writer, { parameters: [], bindPrefix: NO_ARGUMENTS, bindSuffix: NO_FORMATS }, []);
      execute(writer, "", 0);
    }
    sync(writer);
    yield* abandonFlight(this.#session, this.#flight);
  }
}

const NO_ARGUMENTS = new Uint8Array([0, 0, 0, 0, 0, 0]);
const NO_FORMATS = new Uint8Array([0, 0]);

/** Waits while the transport holds back what was written; else only lets others run. A cancel point. */
export function* waitForRoom(session: Session): Coroutine<void> {
  if (!session.full || session.ended !== null) {
    yield* checkpoint();
    return;
  }
  yield* suspend<void>((resolve) => session.onceDrained(() => resolve()));
}
