// What has happened on a simulated network, in order, with the virtual time.

/**
 * - `lookup`: a name was looked up; `detail` is what came of it.
 * - `listen`, `unlisten`: a listener began and ended; `from` is where.
 * - `connect`: a connect was begun. Then `connected` (the client was told) and `accept` (the server was told), or `fail` (with the
 *   error's code).
 * - `deliver`: a program was handed `bytes`. `end`: it was told that no more comes.
 * - `close`: an end is closed; `detail` is the error's code, if there was one. `abort`: a program closed its end at once.
 * - `secure`: a TLS handshake was completed at one end.
 * - `stop`: a packet met a partition, a hold or a host that is down; it goes on when that is over. `drop`: it was lost for good.
 * - `fault`: the script did something; `detail` says what.
 */
export type NetworkEventType =
  | "lookup"
  | "listen"
  | "unlisten"
  | "connect"
  | "connected"
  | "accept"
  | "fail"
  | "deliver"
  | "end"
  | "close"
  | "abort"
  | "secure"
  | "stop"
  | "drop"
  | "fault";

/** One entry of a network's log. */
export interface NetworkEvent {
  /** Loop time. */
  readonly time: number;
  readonly type: NetworkEventType;
  /** The number of the connection; null where it is about none. */
  readonly connection: number | null;
  /** An end of a connection, as `client:49152`, or a host. Where something moves, from here. */
  readonly from: string;
  /** The other end; empty where there is none. */
  readonly to: string;
  readonly bytes: number;
  readonly detail: string;
}

export class EventLog {
  readonly #now: () => number;
  readonly #limit: number;
  #events: NetworkEvent[] = [];
  #forgotten = 0;

  constructor(now: () => number, limit: number) {
    this.#now = now;
    this.#limit = limit;
  }

  get events(): readonly NetworkEvent[] {
    return this.#events.length <= this.#limit ? this.#events : this.#events.slice(-this.#limit);
  }

  note(
    type: NetworkEventType,
    what: {
      readonly connection?: number | null;
      readonly from?: string;
      readonly to?: string;
      readonly bytes?: number;
      readonly detail?: string;
    },
  ): void {
    const { connection = null, from = "", to = "", bytes = 0, detail = "" } = what;
    this.#events.push({ time: this.#now(), type, connection, from, to, bytes, detail });
    // Now and then, so that each costs little.
    if (this.#events.length < 2 * this.#limit) return;
    this.#forgotten += this.#events.length - this.#limit;
    this.#events = this.#events.slice(-this.#limit);
  }

  /** A line for each of the last events. */
  format(last: number = Infinity): string {
    const { events } = this;
    const shown = last < events.length ? events.slice(-last) : events;
    const hidden = this.#forgotten + this.#events.length - shown.length;
    const lines = shown.map(formatEvent);
    return (hidden > 0 ? [`(${hidden} events before)`, ...lines] : lines).join("\n");
  }
}

export function formatEvent({ time, type, connection, from, to, bytes, detail }: NetworkEvent): string {
  const columns = [
    time.toFixed(3).padStart(12),
    (connection === null ? "" : `#${connection}`).padStart(4),
    type.padEnd(9),
    to === "" ? from : `${from} > ${to}`,
  ];
  if (bytes > 0) columns.push(`${bytes} B`);
  if (detail !== "") columns.push(detail);
  return columns.filter((column) => column !== "").join("  ");
}
