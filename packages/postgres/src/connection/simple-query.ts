// The simple protocol: any number of statements in one text, no arguments, rows dropped. The server runs them as one
// transaction unless they say otherwise.

import type { Coroutine } from "corio";
import { query } from "../wire/frontend.ts";
import { admitAlone } from "./admit.ts";
import { awaitFlight } from "./cancel-flight.ts";
import { Flight } from "./flight.ts";
import type { Session } from "./session.ts";

/** Gives the tag of the last statement. */
export function* simpleQuery(session: Session, sql: string): Coroutine<string> {
  yield* admitAlone(session);
  try {
    const flight = launchQuery(session, sql);
    yield* awaitFlight(session, flight);
    return flight.tag;
  } finally {
    session.turnstile.leave();
  }
}

export function launchQuery(session: Session, sql: string): Flight {
  const { writer } = session;
  const mark = writer.size;
  try {
    query(writer, sql);
  } catch (error) {
    writer.rewind(mark);
    throw error;
  }
  return session.launch(new Flight());
}
