// Bringing a session back to how it was when it was opened.

import type { Coroutine } from "corio";
import type { Flight } from "./flight.ts";
import { IDLE } from "./session.ts";
import type { Session } from "./session.ts";
import { launchQuery, simpleQuery } from "./simple-query.ts";

const RESET = "SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL";

export function* resetSession(session: Session): Coroutine<void> {
  session.depth = 0;
  if (session.status !== IDLE) yield* simpleQuery(session, "ROLLBACK");
  yield* simpleQuery(session, RESET + session.settingsSql);
}

/** Sends the same without waiting for it. Null when something else is still under way on the connection. */
export function launchReset(session: Session): Flight | null {
  if (session.ended !== null || session.head !== null || !session.turnstile.tryEnterAlone()) return null;
  // One text: a transaction that is open is over before the rest begins.
  const flight = launchQuery(
    session,
    (session.status === IDLE ? "" : "ROLLBACK; ") + RESET + session.settingsSql,
  );
  flight.onDone = session.leaveTurnstile;
  return flight;
}
