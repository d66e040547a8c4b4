// Waiting for a flight, and what happens when the task that waits is cancelled: the server is told to stop, and the
// connection is free again only when both the flight and the request that stopped it are over.

import { shield, timeout, moveOnAfter, TimeoutError } from "corio";
import type { Coroutine, Scope } from "corio";
import { ConnectionDoesNotExist, PostgresError } from "../errors.ts";
import type { Flight } from "./flight.ts";
import type { Session } from "./session.ts";

/** Milliseconds after which a cancel that seems to have come too early is sent again; doubles each time. */
const FIRST_PATIENCE = 100;

/** Waits until the flight has come home; throws its error. When cancelled, stops it on the server before throwing. */
export function* awaitFlight(session: Session, flight: Flight): Coroutine<void> {
  try {
    yield* flight.landed();
  } catch (error) {
    if (!flight.done) yield* abandonFlight(session, flight);
    throw error;
  }
  if (flight.error !== null) throw withStack(flight.error);
}

/** Errors are made where the bytes arrive; the stack that helps is that of the operation. */
export function withStack(error: Error): Error {
  if (error instanceof PostgresError) Error.captureStackTrace(error, awaitFlight);
  return error;
}

/** Gives a flight up. Ends when it is over and the connection can be used, or when the connection was given up too. */
export function* abandonFlight(session: Session, flight: Flight): Coroutine<void> {
  flight.abandoned = true;
  flight.decode = null;
  flight.single = null;
  yield* shield(() => stopWithinLimit(session, flight), { timeout: Infinity });
}

function* stopWithinLimit(session: Session, flight: Flight): Coroutine<void> {
  const limit = session.options.cancelTimeout;
  try {
    yield* timeout(limit, stopFlight, session, flight);
  } catch (error) {
    if (flight.done && error instanceof TimeoutError) return;
    const reason =
      error instanceof TimeoutError ? `did not end within ${limit} ms` : "could not be cancelled";
    session.destroy(
      new ConnectionDoesNotExist(`the connection was given up: a cancelled operation ${reason}`, {
        cause: error,
      }),
    );
  }
}

function* stopFlight(_scope: Scope, session: Session, flight: Flight): Coroutine<void> {
  session.flush();
  // A request stops whatever the server is doing: it is sent only when that is this flight.
  while (!flight.done && session.head !== flight) yield* session.head!.landed();
  if (flight.done) return;
  if (session.connector.embedded) {
    yield* flight.landed();
    return;
  }
  session.turnstile.bar();
  session.cancelling++;
  try {
    // Flights already sent behind this one may be hit if it ends just now, as may those that leave meanwhile; they are
    // tried again (see runStatement).
    for (let other = flight.next; other !== null; other = other.next) other.exposed = true;
    // The signal may come before the server has begun with the flight, and is lost then.
    for (let patience = FIRST_PATIENCE; !flight.done; patience *= 2) {
      yield* session.connector.cancel(session.processId, session.cancelKey);
      yield* moveOnAfter(patience, waitLanded, flight);
    }
  } finally {
    session.cancelling--;
    session.turnstile.unbar();
  }
}

function* waitLanded(_scope: Scope, flight: Flight): Coroutine<void> {
  yield* flight.landed();
}
