// Pool: connections that are lent, cleaned and lent again. Borrowers are served first come, first served; the connection
// used last is lent first.

import { call, currentScope, timeout } from "corio";
import type { Awaitable, Coroutine, Scope, Unwrap } from "corio";
import { coroutine } from "corio/lowlevel";
import type { Connection } from "../connection/connection.ts";
import type { CopyRecordsOptions } from "../connection/copy-records.ts";
import type { Rows } from "../connection/execute-many.ts";
import { resolveOptions } from "../connection/options.ts";
import type { TransactionOptions } from "../connection/transaction.ts";
import type { Row } from "../rows/row.ts";
import { Lending } from "./lending.ts";
import type { PoolStatistics } from "./lending.ts";
import { poolLimits } from "./options.ts";
import type { PoolOptions } from "./options.ts";

export interface AcquireOptions {
  /** Milliseconds to wait for a connection, its opening included. Default no limit. */
  readonly timeout?: number | null;
}

export class Pool {
  readonly #lending: Lending;

  /** @internal */
  constructor(lending: Lending) {
    this.#lending = lending;
  }

  /** Lends a connection to the body, and takes it back when the body ends, however it ends. */
  use<R>(body: (connection: Connection) => R): Awaitable<Unwrap<R>> {
    return coroutine(use<R>, this.#lending, body);
  }

  /** Borrows a connection. It goes back when the current scope closes, or earlier by `release`. */
  acquire(options: AcquireOptions = {}): Awaitable<Connection> {
    return coroutine(acquire, this.#lending, options.timeout ?? null);
  }

  /** Gives a connection back. The handle can do nothing any more. Not interrupted by cancellation. */
  release(connection: Connection): Awaitable<void> {
    return coroutine(release, this.#lending, connection);
  }

  fetch<T = Row>(sql: string, ...args: unknown[]): Awaitable<T[]> {
    return this.#with((connection) => connection.fetch<T>(sql, ...args));
  }

  fetchRow<T = Row>(sql: string, ...args: unknown[]): Awaitable<T | null> {
    return this.#with((connection) => connection.fetchRow<T>(sql, ...args));
  }

  fetchValue<T = unknown>(sql: string, ...args: unknown[]): Awaitable<T | null> {
    return this.#with((connection) => connection.fetchValue<T>(sql, ...args));
  }

  execute(sql: string, ...args: unknown[]): Awaitable<string> {
    return this.#with((connection) => connection.execute(sql, ...args));
  }

  executeMany(sql: string, rows: Rows): Awaitable<void> {
    return this.#with((connection) => connection.executeMany(sql, rows));
  }

  copyRecordsToTable(table: string, options: CopyRecordsOptions): Awaitable<string> {
    return this.#with((connection) => connection.copyRecordsToTable(table, options));
  }

  /** Runs the body in a transaction on a connection of its own. See `Connection.transaction`. */
  transaction<R>(
    body: (connection: Connection) => R,
    options: TransactionOptions = {},
  ): Awaitable<Unwrap<R>> {
    return this.#with((connection) => connection.transaction(body, options));
  }

  /** Replaces each connection when it is next borrowed: after a change that open sessions do not see. */
  expireConnections(): void {
    this.#lending.expire();
  }

  /** Waits until all connections have come back, then closes them. No more are lent. Cancelled, it terminates. */
  close(): Awaitable<void> {
    return coroutine(closePool, this.#lending);
  }

  /** Closes all connections at once, the borrowed ones too. */
  terminate(): void {
    this.#lending.terminate();
  }

  isClosed(): boolean {
    return this.#lending.closing;
  }

  statistics(): PoolStatistics {
    return this.#lending.statistics();
  }

  getSize(): number {
    return this.statistics().size;
  }

  getIdleSize(): number {
    return this.statistics().idle;
  }

  getMinSize(): number {
    return this.#lending.limits.minSize;
  }

  getMaxSize(): number {
    return this.#lending.limits.maxSize;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.close() as unknown as PromiseLike<void>;
  }

  #with<T>(operation: (connection: Connection) => Awaitable<T>): Awaitable<T> {
    return coroutine(lend<T>, this.#lending, operation);
  }
}

/**
 * Opens a pool. It belongs to the scope that is current here and is closed with it, if not before. Throws what `connect`
 * throws, when its first connections cannot be made.
 */
export function createPool(target: string | PoolOptions = {}, options: PoolOptions = {}): Awaitable<Pool> {
  return coroutine(openPool, target, options);
}

function* openPool(target: string | PoolOptions, extra: PoolOptions): Coroutine<Pool> {
  const options: PoolOptions = typeof target === "string" ? extra : { ...target, ...extra };
  const resolved = resolveOptions(target, extra);
  const lending = new Lending(resolved, poolLimits(options, resolved.embedded !== undefined), options);
  currentScope().defer(() => lending.close());
  try {
    yield* lending.fill();
  } catch (error) {
    lending.terminate();
    throw error;
  }
  return new Pool(lending);
}

function* use<R>(lending: Lending, body: (connection: Connection) => R): Coroutine<Unwrap<R>> {
  const connection = yield* lending.acquire();
  try {
    return yield* call(body, connection);
  } finally {
    yield* lending.release(connection);
  }
}

function* lend<T>(lending: Lending, operation: (connection: Connection) => Awaitable<T>): Coroutine<T> {
  const connection = yield* lending.acquire();
  try {
    return yield* operation(connection);
  } finally {
    yield* lending.release(connection);
  }
}

function* acquire(lending: Lending, limit: number | null): Coroutine<Connection> {
  const scope = currentScope();
  const connection = limit === null ? yield* lending.acquire() : yield* timeout(limit, acquireIn, lending);
  lending.releaseWith(scope, connection);
  return connection;
}

function* acquireIn(_scope: Scope, lending: Lending): Coroutine<Connection> {
  return yield* lending.acquire();
}

function* release(lending: Lending, connection: Connection): Coroutine<void> {
  yield* lending.release(connection);
}

function* closePool(lending: Lending): Coroutine<void> {
  yield* lending.close();
}
