// A flight: the messages of one operation up to its Sync, and what comes back for them up to ReadyForQuery. Flights of
// several tasks may be under way on one connection; they come home in the order in which they left.

import { suspend } from "corio/lowlevel";
import type { Awaitable } from "corio";
import type { DecodedColumn, RowDecoder } from "../rows/row-decoder.ts";
import type { Row } from "../rows/row.ts";
import type { ColumnDescription } from "../wire/backend.ts";

export class Flight {
  next: Flight | null = null;
  done = false;
  /** The transaction state when it came home. */
  status = 0;
  /** The first failure: what the server sent, or what went wrong with reading its answer. */
  error: Error | null = null;
  readonly rows: Row[] = [];
  /** The last command tag: `INSERT 0 1`. Empty for an empty query. */
  tag = "";
  /** How to read rows; null to drop them. */
  decode: RowDecoder | null = null;
  /** Reads only the first value of a row, into `value`. */
  single: DecodedColumn | null = null;
  value: unknown = undefined;
  /** From a Describe. */
  parameterOids: number[] | null = null;
  columns: ColumnDescription[] | null = null;
  /** The server is ready to take COPY data. Without a listener it is told that none will come. */
  onCopyIn: (() => void) | null = null;
  /** The result was described while under way. */
  onColumns: ((flight: Flight) => void) | null = null;
  /** Executions that succeeded: for executeMany. */
  executed = 0;
  /** Nobody waits any more: its task was cancelled. */
  abandoned = false;
  /** It was behind another flight for which a cancel request went out, and may be hit by it. */
  exposed = false;
  /** It was hit. */
  strayCancel = false;
  /** Runs when it comes home, before those who wait are told. */
  onDone: ((flight: Flight) => void) | null = null;
  /** Called when something happened that a task in the middle of the flight waits for. */
  onProgress: (() => void) | null = null;
  #waiting: (() => void)[] | null = null;

  /** Waits until it has come home; never throws its error. A cancel point. */
  landed(): Awaitable<void> {
    return suspend<void>((resolve) => {
      if (this.done) return resolve();
      const wake = (): void => resolve();
      (this.#waiting ??= []).push(wake);
      return () => {
        const at = this.#waiting!.indexOf(wake);
        if (at >= 0) this.#waiting!.splice(at, 1);
      };
    });
  }

  finish(): void {
    this.done = true;
    this.onDone?.(this);
    this.onProgress?.();
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) for (const wake of waiting) wake();
  }
}
