// Runs one prepared statement: Bind, Execute and Sync in one flight.

import type { Coroutine } from "corio";
import { InvalidCachedStatement, OutdatedSchemaCache, PostgresError } from "../errors.ts";
import type { ColumnDescription } from "../wire/backend.ts";
import { describePortal, execute, parse, sync } from "../wire/frontend.ts";
import { admit } from "./admit.ts";
import { bind, checkArgumentCount } from "./bind.ts";
import { awaitFlight } from "./cancel-flight.ts";
import { Flight } from "./flight.ts";
import { closeDropped, prepareStatement } from "./prepare.ts";
import { IDLE } from "./session.ts";
import type { Session } from "./session.ts";
import type { Statement } from "./statement-cache.ts";

/**
 * @param limit rows at most, 0 for all
 * @param whole rows are wanted; false for the first value only
 */
export function* runStatement(
  session: Session,
  sql: string,
  args: readonly unknown[],
  limit: number,
  whole: boolean,
): Coroutine<Flight> {
  yield* admit(session);
  try {
    for (let attempt = 1; ; attempt++) {
      const statement = yield* prepareStatement(session, sql);
      const flight = launchExecution(session, statement, args, limit, whole);
      try {
        yield* awaitFlight(session, flight);
        return flight;
      } catch (error) {
        if (!mayRetry(session, statement, flight, error, attempt)) throw error;
      }
    }
  } finally {
    session.turnstile.leave();
  }
}

function launchExecution(
  session: Session,
  statement: Statement,
  args: readonly unknown[],
  limit: number,
  whole: boolean,
): Flight {
  const { writer } = session;
  const shape = statement.shape!;
  closeDropped(session);
  const mark = writer.size;
  const flight = new Flight();
  try {
    checkArgumentCount(shape, args);
    if (statement.name === "") parse(writer, "", statement.sql, statement.parameterOids);
    bind(writer, shape, args);
    if (statement.name === "") {
      describePortal(writer, "");
      flight.onColumns = (landing) => checkColumns(session, statement, landing);
    }
    execute(writer, "", limit);
    sync(writer);
    if (whole) flight.decode = shape.decode;
    else flight.single = shape.columns[0] ?? null;
    return session.launch(flight);
  } catch (error) {
    writer.rewind(mark);
    throw error;
  }
}

/** Without a statement on the server nobody but us notices that the columns are not what they were. */
function checkColumns(session: Session, statement: Statement, flight: Flight): void {
  const same = (a: ColumnDescription, b: ColumnDescription | undefined): boolean => {
    return b !== undefined && a.typeOid === b.typeOid && a.name === b.name;
  };
  const known = statement.columns;
  const columns = flight.columns!;
  if (columns.length === known.length && columns.every((column, index) => same(column, known[index]))) return;
  session.statements.drop(statement);
  flight.decode = flight.single = null;
  flight.error ??= new OutdatedSchemaCache(
    "the columns of the result have changed since the statement was described; it was executed, its rows are dropped",
  );
}

/** Whether the same may be done again without any trace of the first try: it failed outside a transaction. */
function mayRetry(
  session: Session,
  statement: Statement,
  flight: Flight,
  error: unknown,
  attempt: number,
): boolean {
  if (!(error instanceof PostgresError)) return false;
  if (flight.strayCancel) return flight.status === IDLE;
  if (!isStale(error)) return false;
  session.statements.drop(statement);
  if (error.sqlstate === UNKNOWN_STATEMENT) session.statements.forget();
  if (flight.status === IDLE) return attempt === 1;
  session.onStalePlan?.();
  throw new InvalidCachedStatement(error.fields);
}

const UNKNOWN_STATEMENT = "26000";

/** The plan does not fit the schema any more, or somebody has deallocated the statement. */
function isStale(error: PostgresError): boolean {
  if (error.sqlstate === UNKNOWN_STATEMENT) return true;
  return error.sqlstate === "0A000" && error.fields.serverSourceFunction === "RevalidateCachedQuery";
}
