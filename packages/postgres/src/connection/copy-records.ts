// copyRecordsToTable: rows into a table by binary COPY, encoded by the types of the table's own columns.

import type { Coroutine } from "corio";
import { suspend } from "corio/lowlevel";
import { DataError, InterfaceError } from "../errors.ts";
import type { DecodedColumn } from "../rows/row-decoder.ts";
import { BINARY } from "../types/codec.ts";
import { beginCopyData, copyDone, copyFail, query } from "../wire/frontend.ts";
import { MessageWriter } from "../wire/message-writer.ts";
import { admitAlone } from "./admit.ts";
import { awaitFlight, abandonFlight } from "./cancel-flight.ts";
import { RowSource, executeAdmitted, waitForRoom } from "./execute-many.ts";
import type { Rows } from "./execute-many.ts";
import { Flight } from "./flight.ts";
import { quoteIdentifier } from "./identifier.ts";
import { prepareStatement } from "./prepare.ts";
import type { Session } from "./session.ts";

export interface CopyRecordsOptions {
  readonly records: Rows;
  /** The columns that the records have, in order. Default: all columns of the table. */
  readonly columns?: readonly string[];
  readonly schemaName?: string;
}

const WINDOW = 64 * 1024;
const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const END = -1;

/** Gives the tag: `COPY 1000`. All rows, or none. */
export function* copyRecordsToTable(
  session: Session,
  table: string,
  options: CopyRecordsOptions,
): Coroutine<string> {
  const name =
    (options.schemaName === undefined ? "" : `${quoteIdentifier(options.schemaName)}.`) +
    quoteIdentifier(table);
  const list = options.columns?.map(quoteIdentifier).join(", ");
  const source = new RowSource(options.records);
  yield* admitAlone(session);
  try {
    const description = yield* prepareStatement(session, `SELECT ${list ?? "*"} FROM ${name} LIMIT 0`);
    const columns = description.shape!.columns;
    const names = columns.map((column) => quoteIdentifier(column.name)).join(", ");
    // A column whose type has only a text form here cannot be part of a binary COPY.
    if (columns.some((column) => column.codec.format !== BINARY)) {
      const values = columns.map((_, index) => `$${index + 1}`).join(", ");
      const count = yield* executeAdmitted(
        session,
        `INSERT INTO ${name} (${names}) VALUES (${values})`,
        source,
      );
      return `COPY ${count}`;
    }
    return yield* copy(session, `COPY ${name} (${names}) FROM STDIN (FORMAT binary)`, columns, source);
  } finally {
    session.turnstile.leave();
    yield* source.close();
  }
}

function* copy(
  session: Session,
  sql: string,
  columns: readonly DecodedColumn[],
  source: RowSource,
): Coroutine<string> {
  const { writer } = session;
  const flight = new Flight();
  // An embedded server must find the whole COPY in one piece. A real one is first asked whether it will take it.
  if (session.connector.embedded) {
    const whole = new MessageWriter();
    yield* writeRows(whole, columns, source, null, null);
    query(writer, sql);
    writer.bytes(whole.take());
    session.launch(flight);
  } else {
    let ready = false;
    flight.onCopyIn = () => {
      ready = true;
    };
    query(writer, sql);
    session.launch(flight);
    session.flush();
    try {
      yield* suspend<void>((resolve) => {
        flight.onProgress = () => resolve();
        if (ready || flight.done) resolve();
      });
      if (ready) yield* writeRows(writer, columns, source, session, flight);
      session.flush();
    } catch (error) {
      if (!flight.done) {
        copyFail(writer, error instanceof Error ? error.message : "cancelled");
        yield* abandonFlight(session, flight);
      }
      throw error;
    }
  }
  yield* awaitFlight(session, flight);
  return flight.tag;
}

/** Writes all rows, sending a window at a time when there is a session to send to. No message is open across an await. */
function* writeRows(
  writer: MessageWriter,
  columns: readonly DecodedColumn[],
  source: RowSource,
  session: Session | null,
  flight: Flight | null,
): Coroutine<void> {
  beginCopyData(writer);
  writer.bytes(SIGNATURE);
  writer.end();
  let open = 0;
  for (let index = 0; ; index++) {
    const row = source.isAsync ? yield* source.nextAsync() : source.next();
    // The server has given up: what comes after would only be thrown away.
    if (flight !== null && flight.error !== null) return;
    if (row === null) break;
    if (source.isAsync) open = 0;
    const mark = writer.size;
    if (open === 0) beginCopyData(writer);
    open++;
    try {
      writeRow(writer, columns, row, index);
    } catch (error) {
      writer.rewind(mark);
      throw error;
    }
    // Each time, so that the message is whole whatever happens next.
    writer.end();
    if (writer.size < WINDOW || session === null) continue;
    session.flush();
    open = 0;
    yield* waitForRoom(session);
  }
  beginCopyData(writer);
  writer.int16(END);
  writer.end();
  copyDone(writer);
}

function writeRow(
  writer: MessageWriter,
  columns: readonly DecodedColumn[],
  row: readonly unknown[],
  index: number,
): void {
  if (row.length !== columns.length) {
    throw new InterfaceError(`record #${index} has ${row.length} values for ${columns.length} columns`);
  }
  writer.int16(columns.length);
  for (let i = 0; i < columns.length; i++) {
    const value = row[i];
    if (value === null || value === undefined) {
      writer.int32(-1);
      continue;
    }
    const field = writer.beginField();
    try {
      columns[i]!.codec.encode(writer, value);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      throw new DataError(`record #${index}, column "${columns[i]!.name}": ${error.message}`, {
        cause: error,
      });
    }
    writer.endField(field);
  }
}
