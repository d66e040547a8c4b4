// Transaction blocks: BEGIN to COMMIT or ROLLBACK, and savepoints for blocks inside blocks.

import { call, shield } from "corio";
import type { Coroutine } from "corio";
import { InterfaceError, TransactionNotCommitted } from "../errors.ts";
import { IDLE } from "./session.ts";
import type { Session } from "./session.ts";
import { simpleQuery } from "./simple-query.ts";

export type Isolation = "read committed" | "read uncommitted" | "repeatable read" | "serializable";

export interface TransactionOptions {
  readonly isolation?: Isolation;
  readonly readonly?: boolean;
  readonly deferrable?: boolean;
}

const ISOLATIONS: readonly string[] = [
  "read committed",
  "read uncommitted",
  "repeatable read",
  "serializable",
];

/** Runs the body in a transaction, or in a savepoint when one is open already. */
export function* transaction<A extends readonly unknown[], R>(
  session: Session,
  options: TransactionOptions,
  body: (...args: A) => R,
  args: A,
): Coroutine<unknown> {
  const depth = session.depth;
  const savepoint = `corio_${depth}`;
  const begin = depth === 0 ? beginStatement(session, options) : savepointStatement(savepoint, options);
  let value: unknown;
  session.depth = depth + 1;
  try {
    yield* simpleQuery(session, begin);
    value = yield* call(body, ...args);
    if (session.depth !== depth + 1)
      throw new InterfaceError("a transaction block inside this one is still open");
  } catch (error) {
    yield* shield(() => undo(session, depth, savepoint));
    throw error;
  }
  yield* shield(() => finish(session, depth, savepoint));
  return value;
}

function beginStatement(session: Session, { isolation, readonly, deferrable }: TransactionOptions): string {
  if (session.status !== IDLE) {
    throw new InterfaceError("a transaction begun by hand is open: end it before using transaction()");
  }
  let sql = "BEGIN";
  if (isolation !== undefined) {
    if (!ISOLATIONS.includes(isolation)) throw new InterfaceError(`"${isolation}" is no isolation level`);
    sql += ` ISOLATION LEVEL ${isolation.toUpperCase()}`;
  }
  if (readonly !== undefined) sql += readonly ? " READ ONLY" : " READ WRITE";
  if (deferrable !== undefined) sql += deferrable ? " DEFERRABLE" : " NOT DEFERRABLE";
  return sql;
}

function savepointStatement(savepoint: string, options: TransactionOptions): string {
  if (options.isolation !== undefined || options.readonly !== undefined || options.deferrable !== undefined) {
    throw new InterfaceError("a transaction block inside another one is a savepoint: it takes no options");
  }
  return `SAVEPOINT ${savepoint}`;
}

function* finish(session: Session, depth: number, savepoint: string): Coroutine<void> {
  session.depth = depth;
  if (depth > 0) {
    try {
      yield* simpleQuery(session, `RELEASE SAVEPOINT ${savepoint}`);
    } catch (error) {
      // The body swallowed a failure: the block is rolled back, and the one around it can go on.
      yield* undo(session, depth, savepoint);
      throw error;
    }
    return;
  }
  const tag = yield* simpleQuery(session, "COMMIT");
  if (tag === "ROLLBACK") {
    throw new TransactionNotCommitted(
      "the transaction was rolled back instead of committed: a statement in it had failed and the error was swallowed",
    );
  }
}

/** Rolls back what the block did, if anything. A failure here changes nothing: the connection is lost, or soon will be. */
function* undo(session: Session, depth: number, savepoint: string): Coroutine<void> {
  session.depth = depth;
  if (session.ended !== null || session.status === IDLE) return;
  try {
    const sql =
      depth === 0 ? "ROLLBACK" : `ROLLBACK TO SAVEPOINT ${savepoint}; RELEASE SAVEPOINT ${savepoint}`;
    yield* simpleQuery(session, sql);
  } catch (error) {
    // Only a connection without a transaction may be used again.
    if (session.ended === null) session.destroy(error as Error);
  }
}
