// The way in: whether a session can be used at all, and when.

import type { Coroutine } from "corio";
import type { Session } from "./session.ts";

/**
 * Waits for a place among the operations that are under way. It is held for the whole operation, all its flights, and
 * given up by `session.turnstile.leave()`. A cancel point only if it has to wait.
 */
export function* admit(session: Session): Coroutine<void> {
  if (session.ended !== null) throw session.ended;
  if (!session.turnstile.tryEnter()) yield* session.turnstile.enter(false);
}

/** Waits until nothing else is under way on the connection, and keeps others off until `leave()`. */
export function* admitAlone(session: Session): Coroutine<void> {
  if (session.ended !== null) throw session.ended;
  if (!session.turnstile.tryEnterAlone()) yield* session.turnstile.enter(true);
}
