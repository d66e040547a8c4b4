// Preparing statements: one Parse per text and connection, shared by all who ask at the same time, and the types of its
// arguments and columns looked up.

import type { Coroutine } from "corio";
import { InterfaceError } from "../errors.ts";
import { rowDecoder } from "../rows/row-decoder.ts";
import type { DecodedColumn, RowDecoder } from "../rows/row-decoder.ts";
import type { ColumnDescription } from "../wire/backend.ts";
import { closeStatement, describeStatement, parse, sync } from "../wire/frontend.ts";
import { bindPrefix, bindSuffix } from "./bind.ts";
import { abandonFlight, withStack } from "./cancel-flight.ts";
import { Flight } from "./flight.ts";
import { learnTypes } from "./learn-types.ts";
import type { Session } from "./session.ts";
import type { Statement } from "./statement-cache.ts";
import { IDLE } from "./session.ts";

const COPY_FROM_STDIN = /^\s*copy\b[^;]*\bfrom\s+stdin\b/i;
const MAX_DECODERS = 1000;

/** The statement of this text, prepared and with all types known. The caller has been admitted. */
export function* prepareStatement(session: Session, sql: string): Coroutine<Statement> {
  for (;;) {
    const statement = session.statements.get(sql) ?? launchParse(session, sql);
    const flight = statement.preparing;
    if (flight !== null) {
      yield* awaitShared(session, statement, flight);
      if (flight.strayCancel && flight.status === IDLE) continue;
      if (flight.error !== null) throw withStack(flight.error);
    }
    if (statement.closed) continue;
    if (statement.shape === null) {
      yield* knowTypes(session, statement);
      if (statement.closed) continue;
      giveShape(session, statement);
    }
    return statement;
  }
}

function launchParse(session: Session, sql: string): Statement {
  if (COPY_FROM_STDIN.test(sql)) {
    throw new InterfaceError("COPY … FROM STDIN has no data here: use copyRecordsToTable");
  }
  const { writer, statements } = session;
  closeDropped(session);
  const mark = writer.size;
  const statement = statements.add(sql);
  try {
    parse(writer, statement.name, sql);
    describeStatement(writer, statement.name);
    sync(writer);
    const flight = session.launch(new Flight());
    statement.preparing = flight;
    flight.onDone = () => {
      statement.preparing = null;
      statement.parameterOids = flight.parameterOids ?? [];
      statement.columns = flight.columns ?? [];
      if (flight.error !== null) statements.drop(statement);
    };
  } catch (error) {
    writer.rewind(mark);
    statements.drop(statement);
    throw error;
  }
  return statement;
}

/** Waits for a Parse that others may wait for too: only when the last of them is cancelled is it stopped. */
function* awaitShared(session: Session, statement: Statement, flight: Flight): Coroutine<void> {
  statement.waiting++;
  try {
    yield* flight.landed();
  } catch (error) {
    if (statement.waiting === 1 && !flight.done) yield* abandonFlight(session, flight);
    throw error;
  } finally {
    statement.waiting--;
  }
}

/** Looks up what is not known yet. Not a cancel point when nothing is. */
function* knowTypes(session: Session, statement: Statement): Coroutine<void> {
  const { types } = session;
  let known = true;
  for (const oid of statement.parameterOids) known &&= types.get(oid) !== undefined;
  for (const column of statement.columns) known &&= types.get(column.typeOid) !== undefined;
  if (known) return;
  yield* learnTypes(session, [
    ...statement.parameterOids,
    ...statement.columns.map((column) => column.typeOid),
  ]);
}

function giveShape(session: Session, statement: Statement): void {
  if (statement.shape !== null) return;
  const { types } = session;
  const parameters = statement.parameterOids.map((oid) => types.get(oid)!);
  const columns: DecodedColumn[] = statement.columns.map((column) => ({
    name: column.name,
    codec: types.get(column.typeOid)!,
  }));
  statement.shape = {
    parameters,
    columns,
    decode: sharedDecoder(session, statement.columns, columns),
    bindPrefix: bindPrefix(statement.name, parameters),
    bindSuffix: bindSuffix(columns),
  };
}

/** Connections to the same database share the decoders they generate. */
function sharedDecoder(
  session: Session,
  descriptions: readonly ColumnDescription[],
  columns: readonly DecodedColumn[],
): RowDecoder {
  const { decoders } = session.types;
  const key = descriptions.map((column) => `${column.typeOid} ${JSON.stringify(column.name)}`).join();
  let decoder = decoders.get(key) as RowDecoder | undefined;
  if (decoder === undefined) {
    if (decoders.size >= MAX_DECODERS) decoders.clear();
    decoders.set(key, (decoder = rowDecoder(columns)));
  }
  return decoder;
}

/** Writes the Close messages for statements that were dropped from the cache. They stay written whatever comes after. */
export function closeDropped(session: Session): void {
  for (const name of session.statements.takeClosed()) closeStatement(session.writer, name);
}
