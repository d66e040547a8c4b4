// The value of a timestamptz: a point in time, exact to the microsecond, with the infinities. A Date has only
// milliseconds and ends before PostgreSQL's years do.

import { DataError } from "../errors.ts";
import { MICROSECONDS_PER_DAY, formatDate, formatTime, parseDateTime } from "./calendar.ts";

const DAY = BigInt(MICROSECONDS_PER_DAY);

/**
 * A point in time. Immutable. Compare with `<` and `>` (by `valueOf`) and with `equals`; `String(t)` and JSON give
 * ISO 8601 in UTC with all microseconds.
 */
export class Timestamp {
  static readonly infinity: Timestamp = new Timestamp(Number.POSITIVE_INFINITY);
  static readonly negativeInfinity: Timestamp = new Timestamp(Number.NEGATIVE_INFINITY);

  readonly #value: bigint | number;

  private constructor(value: bigint | number) {
    this.#value = value;
  }

  /** @param microseconds since 1970-01-01T00:00:00Z */
  static fromEpochMicroseconds(microseconds: bigint): Timestamp {
    return new Timestamp(microseconds);
  }

  /** A Date, an ISO 8601 text with an offset or `Z`, a Temporal.Instant, or another Timestamp. Throws DataError. */
  static from(value: Timestamp | Date | string | { toString(): string }): Timestamp {
    if (value instanceof Timestamp) return value;
    if (value instanceof Date) {
      const milliseconds = value.getTime();
      if (Number.isNaN(milliseconds)) throw new DataError("expected a point in time, got an invalid Date");
      return new Timestamp(BigInt(milliseconds) * 1000n);
    }
    const text = String(value);
    if (/^\+?infinity$/i.test(text)) return Timestamp.infinity;
    if (/^-infinity$/i.test(text)) return Timestamp.negativeInfinity;
    const parsed = parseDateTime(text);
    if (parsed?.days === undefined) throw new DataError(`"${text}" is not an ISO 8601 point in time`);
    if (parsed.offset === undefined) {
      throw new DataError(
        `"${text}" has no UTC offset: without one it is not a point in time (append "Z" for UTC)`,
      );
    }
    const seconds = parsed.days * 86_400 - parsed.offset;
    return new Timestamp(BigInt(seconds) * 1_000_000n + BigInt(parsed.microseconds ?? 0));
  }

  /** False for the two infinities. */
  get isFinite(): boolean {
    return typeof this.#value === "bigint";
  }

  /** Microseconds since 1970-01-01T00:00:00Z. Throws RangeError for an infinity. */
  get epochMicroseconds(): bigint {
    if (typeof this.#value !== "bigint")
      throw new RangeError(`${this.toString()} has no place on the time line`);
    return this.#value;
  }

  /** Milliseconds since 1970-01-01T00:00:00Z, rounded down; ±Infinity for the infinities. */
  get epochMilliseconds(): number {
    if (typeof this.#value !== "bigint") return this.#value;
    const rest = this.#value % 1000n;
    return Number((this.#value - (rest < 0n ? rest + 1000n : rest)) / 1000n);
  }

  /** A Date of the same millisecond. Throws RangeError where there is none. */
  toDate(): Date {
    const date = new Date(this.epochMilliseconds);
    if (Number.isNaN(date.getTime())) throw new RangeError(`${this.toString()} does not fit into a Date`);
    return date;
  }

  equals(other: Timestamp): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    const value = this.#value;
    if (typeof value !== "bigint") return value > 0 ? "infinity" : "-infinity";
    let day = value / DAY;
    let rest = value % DAY;
    if (rest < 0n) {
      rest += DAY;
      day -= 1n;
    }
    return `${formatDate(Number(day))}T${formatTime(Number(rest))}Z`;
  }

  toJSON(): string {
    return this.toString();
  }

  /** Microseconds as a bigint, or ±Infinity: so that `<` and `>` compare points in time. */
  valueOf(): bigint | number {
    return this.#value;
  }
}

Object.defineProperty(Timestamp.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Timestamp): string {
    return `Timestamp(${this.toString()})`;
  },
});
