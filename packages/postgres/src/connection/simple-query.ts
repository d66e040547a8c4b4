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
  const flight = new Flight();
  const mark = session.writer.size;
  try {
    query(session.writer, sql);
    flight.onDone = session.leaveTurnstile;
    session.launch(flight);
  } catch (error) {
    session.writer.rewind(mark);
    session.turnstile.leave();
    throw error;
  }
  yield* awaitFlight(session, flight);
  return flight.tag;
}
