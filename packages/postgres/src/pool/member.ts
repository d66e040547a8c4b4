// A connection of a pool: its session, and what the pool knows about it.

import type { Connection } from "../connection/connection.ts";
import type { Flight } from "../connection/flight.ts";
import type { Session } from "../connection/session.ts";

export class Member {
  readonly session: Session;
  /** Of the pool when it was opened: `expireConnections` makes the earlier ones old. */
  readonly generation: number;
  readonly openedAt: number;
  /** When it was last given back, in loop time. */
  idleSince: number;
  /** Times it was borrowed. */
  uses = 0;
  /** What the borrower holds; null while idle. */
  handle: Connection | null = null;
  /** Takes back what the borrower's scope was told to do at its end. */
  undoDefer: (() => void) | null = null;
  /** The clean-up after the last borrower, while it is under way. */
  resetting: Flight | null = null;
  /** Flights that had left when it was borrowed: a borrower who did nothing leaves nothing to clean up. */
  flightsBefore = 0;

  constructor(session: Session, generation: number, now: number) {
    this.session = session;
    this.generation = generation;
    this.openedAt = now;
    this.idleSince = now;
  }
}
