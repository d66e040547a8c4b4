// The way in: whether a session can be used at all, and when.

import type { Coroutine } from "corio";
import type { Session } from "./session.ts";

/** Waits until the operation may write its flight. A cancel point only if it has to wait. */
export function* admit(session: Session): Coroutine<void> {
  if (session.ended !== null) throw session.ended;
  if (!session.turnstile.tryEnter()) yield* session.turnstile.enter(false);
}

/** Waits until nothing else is under way on the connection, and keeps others off. */
export function* admitAlone(session: Session): Coroutine<void> {
  if (session.ended !== null) throw session.ended;
  yield* session.turnstile.enter(true);
}
