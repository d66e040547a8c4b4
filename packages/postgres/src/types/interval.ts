// The value of an interval: months, days and microseconds, kept apart as PostgreSQL keeps them (a month has no fixed
// number of days, nor a day of hours), and its codec.

import { DataError } from "../errors.ts";
import { parseFraction, formatFraction } from "./calendar.ts";
import { BINARY, mismatch, wrongLength } from "./codec.ts";
import type { Codec } from "./codec.ts";

/** What an interval may be made of. Absent parts are 0. A Temporal.Duration has this shape. */
export interface IntervalParts {
  readonly years?: number;
  readonly months?: number;
  readonly weeks?: number;
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
  readonly microseconds?: number | bigint;
}

const PART_NAMES = [
  "years",
  "months",
  "weeks",
  "days",
  "hours",
  "minutes",
  "seconds",
  "milliseconds",
  "microseconds",
];

export class Interval {
  readonly months: number;
  readonly days: number;
  readonly microseconds: bigint;

  constructor(months: number, days: number, microseconds: bigint) {
    this.months = months;
    this.days = days;
    this.microseconds = microseconds;
  }

  /** From parts or from an ISO 8601 duration such as `P1Y2M3DT4H5M6.789S`. Throws DataError. */
  static from(value: Interval | IntervalParts | string): Interval {
    if (value instanceof Interval) return value;
    if (typeof value === "string") return parseDuration(value);
    if (typeof value !== "object" || value === null || !PART_NAMES.some((name) => name in value)) {
      throw mismatch("an interval", value);
    }
    const months = (value.years ?? 0) * 12 + (value.months ?? 0);
    const days = (value.weeks ?? 0) * 7 + (value.days ?? 0);
    let microseconds = BigInt(value.microseconds ?? 0);
    microseconds += part(value.hours, 3_600_000_000) + part(value.minutes, 60_000_000);
    microseconds += part(value.seconds, 1_000_000) + part(value.milliseconds, 1000);
    return new Interval(months, days, microseconds);
  }

  equals(other: Interval): boolean {
    return (
      this.months === other.months && this.days === other.days && this.microseconds === other.microseconds
    );
  }

  /** ISO 8601: `P14M3DT4H5M6.789S`; parts may be negative, each for itself. */
  toString(): string {
    let text = "P";
    if (this.months !== 0) text += `${this.months}M`;
    if (this.days !== 0) text += `${this.days}D`;
    const us = this.microseconds;
    if (us !== 0n) {
      const sign = us < 0n ? "-" : "";
      const size = us < 0n ? -us : us;
      const [hours, minutes] = [size / 3_600_000_000n, (size / 60_000_000n) % 60n];
      const [seconds, fraction] = [(size / 1_000_000n) % 60n, Number(size % 1_000_000n)];
      text += "T";
      if (hours !== 0n) text += `${sign}${hours}H`;
      if (minutes !== 0n) text += `${sign}${minutes}M`;
      if (seconds !== 0n || fraction !== 0) {
        text += `${sign}${seconds}${fraction === 0 ? "" : `.${formatFraction(fraction)}`}S`;
      }
    }
    return text === "P" ? "PT0S" : text;
  }

  toJSON(): string {
    return this.toString();
  }
}

function part(value: number | undefined, unit: number): bigint {
  if (value === undefined || value === 0) return 0n;
  const microseconds = value * unit;
  if (!Number.isSafeInteger(Math.round(microseconds)))
    throw new DataError(`${value} is out of range for an interval`);
  return BigInt(Math.round(microseconds));
}

const DURATION =
  /^([+-])?P(?:([+-]?\d+)Y)?(?:([+-]?\d+)M)?(?:([+-]?\d+)W)?(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?)(\d+)(?:[.,](\d+))?S)?)?$/i;

function parseDuration(text: string): Interval {
  const match = DURATION.exec(text.trim());
  if (match === null || /[PT]$/i.test(text.trim())) throw mismatch("an ISO 8601 duration", text);
  const sign = match[1] === "-" ? -1 : 1;
  const number = (index: number): number => Number(match[index] ?? 0);
  let microseconds = BigInt(number(6)) * 3_600_000_000n + BigInt(number(7)) * 60_000_000n;
  const seconds = BigInt(match[9] ?? 0) * 1_000_000n + BigInt(parseFraction(match[10] ?? "", text));
  microseconds += match[8] === "-" ? -seconds : seconds;
  // Adding 0 turns -0 into 0.
  const months = sign * (number(2) * 12 + number(3)) + 0;
  const days = sign * (number(4) * 7 + number(5)) + 0;
  return new Interval(months, days, BigInt(sign) * microseconds);
}

export const interval: Codec = {
  name: "interval",
  format: BINARY,
  decode({ view }, start, end) {
    if (end - start !== 16) throw wrongLength("interval", end - start);
    return new Interval(view.getInt32(start + 12), view.getInt32(start + 8), view.getBigInt64(start));
  },
  encode(writer, value) {
    const { months, days, microseconds } = Interval.from(value as Interval);
    if (months !== (months | 0) || days !== (days | 0) || BigInt.asIntN(64, microseconds) !== microseconds) {
      throw new DataError("the value is out of range for interval, or its months or days are no integers");
    }
    writer.int64(microseconds);
    writer.int32(days);
    writer.int32(months);
  },
};
