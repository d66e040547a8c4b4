// Connection: what users hold. A thin handle on a session; a pool gives out a new one each time, so that a handle that
// was given back can do nothing any more.

import { timeout } from "corio";
import type { Awaitable, Coroutine, Scope, Unwrap } from "corio";
import { coroutine } from "corio/lowlevel";
import { ConnectionDoesNotExist, InterfaceError } from "../errors.ts";
import type { Row } from "../rows/row.ts";
import { endSession } from "./connect-session.ts";
import { copyRecordsToTable } from "./copy-records.ts";
import type { CopyRecordsOptions } from "./copy-records.ts";
import { executeMany } from "./execute-many.ts";
import type { Rows } from "./execute-many.ts";
import { quoteIdentifier } from "./identifier.ts";
import { Listeners } from "./listeners.ts";
import type { LogListener, NotificationListener, TerminationListener } from "./listeners.ts";
import { resetSession } from "./reset.ts";
import { runStatement } from "./run-statement.ts";
import { IDLE } from "./session.ts";
import type { Session } from "./session.ts";
import { simpleQuery } from "./simple-query.ts";
import { transaction } from "./transaction.ts";
import type { TransactionOptions } from "./transaction.ts";

/**
 * A connection to PostgreSQL. Operations of several tasks may be under way at once: they travel together and are
 * answered in order. Cancelling a task that waits for one cancels it on the server, and ends when the server has stopped.
 */
export class Connection {
  readonly #session: Session;
  readonly #listeners: Listeners;
  #released: string | null = null;

  /** @internal */
  constructor(session: Session) {
    this.#session = session;
    this.#listeners = new Listeners(this);
    session.events = this.#listeners;
  }

  /** All rows. A cancel point, as all operations are. */
  fetch<T = Row>(sql: string, ...args: unknown[]): Awaitable<T[]> {
    return this.#operation(fetchRows<T>, this.#use(), sql, args);
  }

  /** The first row, or null when there is none. Only one row is asked of the server. */
  fetchRow<T = Row>(sql: string, ...args: unknown[]): Awaitable<T | null> {
    return this.#operation(fetchRow<T>, this.#use(), sql, args);
  }

  /** The first value of the first row, or null when there is no row. */
  fetchValue<T = unknown>(sql: string, ...args: unknown[]): Awaitable<T | null> {
    return this.#operation(fetchValue<T>, this.#use(), sql, args);
  }

  /**
   * Runs statements for their effect, and gives the server's tag (`UPDATE 3`). Without arguments there may be several
   * statements, run as one transaction, and the tag is that of the last one; with arguments there is one.
   */
  execute(sql: string, ...args: unknown[]): Awaitable<string> {
    return this.#operation(execute, this.#use(), sql, args);
  }

  /**
   * Runs a statement once for each row of arguments: all of them, or none. The rows may come from any iterable or async
   * iterable; they are taken as fast as the server takes them.
   */
  executeMany(sql: string, rows: Rows): Awaitable<void> {
    return this.#operation(executeMany, this.#use(), sql, rows);
  }

  /** Copies rows into a table by binary COPY: the fastest way in. Gives the tag (`COPY 1000`). All rows, or none. */
  copyRecordsToTable(table: string, options: CopyRecordsOptions): Awaitable<string> {
    return this.#operation(copyRecordsToTable, this.#use(), table, options);
  }

  /**
   * Runs the body in a transaction: committed when it returns, rolled back when it throws or is cancelled. Inside
   * another one it is a savepoint. Commit and rollback are shielded from cancellation.
   */
  transaction<R>(
    body: (connection: Connection) => R,
    options: TransactionOptions = {},
  ): Awaitable<Unwrap<R>> {
    const run = transaction<[Connection], R>;
    return coroutine(run, this.#use(), options, body, [this]) as Awaitable<Unwrap<R>>;
  }

  /** Whether a transaction is open, a failed one too. */
  isInTransaction(): boolean {
    return this.#use().status !== IDLE;
  }

  /** Calls the listener for each notification on the channel; LISTENs with the first one. Pooled connections forget theirs. */
  addListener(channel: string, listener: NotificationListener): Awaitable<void> {
    return this.#operation(addListener, this.#use(), this.#listeners, channel, listener);
  }

  removeListener(channel: string, listener: NotificationListener): Awaitable<void> {
    return this.#operation(removeListener, this.#use(), this.#listeners, channel, listener);
  }

  /** Calls the listener for each notice, warning and log message of the server. */
  addLogListener(listener: LogListener): void {
    this.#listeners.log.add(listener);
  }

  removeLogListener(listener: LogListener): void {
    this.#listeners.log.delete(listener);
  }

  /** Calls the listener once when the connection is closed, for whatever reason. */
  addTerminationListener(listener: TerminationListener): void {
    this.#listeners.termination.add(listener);
  }

  removeTerminationListener(listener: TerminationListener): void {
    this.#listeners.termination.delete(listener);
  }

  /** The server process of this session. */
  getServerPid(): number {
    return this.#use().processId;
  }

  /** The server's version as it tells it: "18.4". */
  getServerVersion(): string {
    return this.#use().settings.get("server_version") ?? "";
  }

  /** A setting that the server reports by itself (`TimeZone`, `client_encoding`, `server_version` …). */
  getSetting(name: string): string | undefined {
    return this.#use().settings.get(name);
  }

  /** Ends an open transaction and undoes what the session has set: what a pool does between two borrowers. */
  reset(): Awaitable<void> {
    return this.#operation(resetSession, this.#use());
  }

  /** Forgets prepared statements and what is known about types: call it after changing a type's definition. */
  reloadSchemaState(): void {
    const session = this.#use();
    session.types.forget();
    session.statements.clear();
  }

  isClosed(): boolean {
    return this.#released !== null || this.#session.ended !== null;
  }

  /** Closes the connection; what is under way is cancelled first. Waits until the socket is closed. Not interrupted by cancellation. */
  close(): Awaitable<void> {
    if (this.#released !== null) throw new InterfaceError(this.#released);
    return coroutine(endSession, this.#session);
  }

  /** Closes the socket at once. Operations under way throw ConnectionDoesNotExist. */
  terminate(): void {
    if (this.#released !== null) throw new InterfaceError(this.#released);
    this.#session.destroy(new ConnectionDoesNotExist("the connection was terminated"));
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.close() as unknown as PromiseLike<void>;
  }

  /** @internal Makes the handle useless: its session goes to somebody else. */
  detach(reason: string): void {
    this.#released ??= reason;
    if (this.#session.events === this.#listeners) this.#session.events = null;
  }

  /** @internal Whether the server must be told to forget channels. */
  get listening(): boolean {
    return this.#listeners.channels > 0;
  }

  #use(): Session {
    if (this.#released !== null) throw new InterfaceError(this.#released);
    return this.#session;
  }

  /** Under `commandTimeout`, if there is one. */
  #operation<A extends readonly unknown[], T>(fn: (...args: A) => Coroutine<T>, ...args: A): Awaitable<T> {
    const limit = this.#session.options.commandTimeout;
    if (limit === null) return coroutine(fn, ...args);
    return timeout(limit, afterScope<A, T>, fn, args) as Awaitable<T>;
  }
}

function* afterScope<A extends readonly unknown[], T>(
  _scope: Scope,
  fn: (...args: A) => Coroutine<T>,
  args: A,
): Coroutine<T> {
  return yield* fn(...args);
}

function* fetchRows<T>(session: Session, sql: string, args: readonly unknown[]): Coroutine<T[]> {
  const flight = yield* runStatement(session, sql, args, 0, true);
  return flight.rows as T[];
}

function* fetchRow<T>(session: Session, sql: string, args: readonly unknown[]): Coroutine<T | null> {
  const flight = yield* runStatement(session, sql, args, 1, true);
  return (flight.rows[0] as T | undefined) ?? null;
}

function* fetchValue<T>(session: Session, sql: string, args: readonly unknown[]): Coroutine<T | null> {
  const flight = yield* runStatement(session, sql, args, 1, false);
  return (flight.value as T | undefined) ?? null;
}

function* execute(session: Session, sql: string, args: readonly unknown[]): Coroutine<string> {
  if (args.length === 0) return yield* simpleQuery(session, sql);
  const flight = yield* runStatement(session, sql, args, 0, false);
  return flight.tag;
}

function* addListener(
  session: Session,
  listeners: Listeners,
  channel: string,
  listener: NotificationListener,
): Coroutine<void> {
  const name = quoteIdentifier(channel);
  if (!listeners.add(channel, listener)) return;
  try {
    yield* simpleQuery(session, `LISTEN ${name}`);
  } catch (error) {
    listeners.remove(channel, listener);
    throw error;
  }
}

function* removeListener(
  session: Session,
  listeners: Listeners,
  channel: string,
  listener: NotificationListener,
): Coroutine<void> {
  if (listeners.remove(channel, listener))
    yield* simpleQuery(session, `UNLISTEN ${quoteIdentifier(channel)}`);
}
