// Codecs of date, time, timetz, timestamp and timestamptz. What has no time zone is ISO 8601 text here: it is never
// turned into a Date, which would put it into the zone of the process. timestamptz is a Timestamp.

import { DataError } from "../errors.ts";
import {
  MICROSECONDS_PER_DAY,
  POSTGRES_EPOCH_DAYS,
  POSTGRES_EPOCH_MICROSECONDS,
  formatDate,
  formatTime,
  parseDateTime,
  two,
} from "./calendar.ts";
import type { ParsedDateTime } from "./calendar.ts";
import { BINARY, mismatch, wrongLength } from "./codec.ts";
import type { Codec } from "./codec.ts";
import { Timestamp } from "./timestamp.ts";

const INFINITE_DAY = 0x7fffffff;
const MINUS_INFINITE_DAY = -0x80000000;
const INFINITE = 2n ** 63n - 1n;
const MINUS_INFINITE = -(2n ** 63n);
const EPOCH = BigInt(POSTGRES_EPOCH_MICROSECONDS);
const DAY = BigInt(MICROSECONDS_PER_DAY);
/** PostgreSQL's own bounds: 4713 BC to 294276 AD, counted from its epoch. */
const MIN_TIMESTAMP = -211_813_488_000_000_000n;
const END_TIMESTAMP = 9_223_371_331_200_000_000n;
const MIN_DATE = -2_451_545;
const END_DATE = 2_145_031_949;

/** The text of a value without a time zone. A Date is refused: which of its two readings is meant, only the caller knows. */
function textOf(value: unknown, type: string): string {
  if (typeof value === "string") return value;
  if (value instanceof Date) {
    throw new DataError(
      `expected ISO 8601 text for ${type}, got a Date, which is a point in time: pass text or use timestamptz`,
    );
  }
  if (isTemporal(value)) return String(value);
  throw mismatch(`ISO 8601 text for ${type}`, value);
}

function isTemporal(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof tag === "string" && tag.startsWith("Temporal.");
}

function infinityOf(text: string): 0 | 1 | -1 {
  return /^\+?infinity$/i.test(text) ? 1 : /^-infinity$/i.test(text) ? -1 : 0;
}

function parsed(text: string, type: string): ParsedDateTime {
  const result = parseDateTime(text);
  if (result === undefined) throw mismatch(`ISO 8601 text for ${type}`, text);
  return result;
}

export const date: Codec = {
  name: "date",
  format: BINARY,
  decode({ view }, start, end) {
    if (end - start !== 4) throw wrongLength("date", end - start);
    const days = view.getInt32(start);
    if (days === INFINITE_DAY) return "infinity";
    if (days === MINUS_INFINITE_DAY) return "-infinity";
    return formatDate(days + POSTGRES_EPOCH_DAYS);
  },
  encode(writer, value) {
    const text = textOf(value, "date");
    const infinite = infinityOf(text);
    if (infinite !== 0) return writer.int32(infinite > 0 ? INFINITE_DAY : MINUS_INFINITE_DAY);
    const { days, microseconds } = parsed(text, "date");
    if (days === undefined || microseconds !== undefined) throw mismatch("a date (YYYY-MM-DD)", text);
    const value32 = days - POSTGRES_EPOCH_DAYS;
    if (value32 < MIN_DATE || value32 >= END_DATE) throw new DataError(`"${text}" is out of range for date`);
    writer.int32(value32);
  },
};

export const time: Codec = {
  name: "time",
  format: BINARY,
  decode({ view }, start, end) {
    if (end - start !== 8) throw wrongLength("time", end - start);
    return formatTime(Number(view.getBigInt64(start)));
  },
  encode(writer, value) {
    const text = textOf(value, "time");
    const { days, microseconds, offset } = parsed(text, "time");
    if (microseconds === undefined || days !== undefined || offset !== undefined) {
      throw mismatch("a time of day without date and zone (HH:MM:SS)", text);
    }
    writer.int64FromNumber(microseconds);
  },
};

export const timetz: Codec = {
  name: "timetz",
  format: BINARY,
  decode({ view }, start, end) {
    if (end - start !== 12) throw wrongLength("timetz", end - start);
    return formatTime(Number(view.getBigInt64(start))) + formatOffset(-view.getInt32(start + 8));
  },
  encode(writer, value) {
    const text = textOf(value, "timetz");
    const { days, microseconds, offset } = parsed(text, "timetz");
    if (microseconds === undefined || days !== undefined || offset === undefined) {
      throw mismatch("a time of day with an offset (HH:MM:SS+HH:MM)", text);
    }
    writer.int64FromNumber(microseconds);
    writer.int32(-offset);
  },
};

function formatOffset(seconds: number): string {
  const size = Math.abs(seconds);
  const text = `${seconds < 0 ? "-" : "+"}${two(Math.floor(size / 3600))}:${two(Math.floor(size / 60) % 60)}`;
  return size % 60 === 0 ? text : `${text}:${two(size % 60)}`;
}

export const timestamp: Codec = {
  name: "timestamp",
  format: BINARY,
  decode({ view }, start, end) {
    if (end - start !== 8) throw wrongLength("timestamp", end - start);
    const value = view.getBigInt64(start);
    if (value === INFINITE) return "infinity";
    if (value === MINUS_INFINITE) return "-infinity";
    let day = value / DAY;
    let rest = value % DAY;
    if (rest < 0n) {
      rest += DAY;
      day -= 1n;
    }
    return `${formatDate(Number(day) + POSTGRES_EPOCH_DAYS)}T${formatTime(Number(rest))}`;
  },
  encode(writer, value) {
    const text = textOf(value, "timestamp");
    const infinite = infinityOf(text);
    if (infinite !== 0) return writer.int64(infinite > 0 ? INFINITE : MINUS_INFINITE);
    const { days, microseconds, offset } = parsed(text, "timestamp");
    if (days === undefined) throw mismatch("a date and time (YYYY-MM-DDTHH:MM:SS)", text);
    if (offset !== undefined) {
      throw new DataError(`"${text}" has a UTC offset, which timestamp (without time zone) would drop`);
    }
    writer.int64(
      inRange(BigInt(days - POSTGRES_EPOCH_DAYS) * DAY + BigInt(microseconds ?? 0), text, "timestamp"),
    );
  },
};

export const timestamptz: Codec = {
  name: "timestamptz",
  format: BINARY,
  decode({ view }, start, end) {
    if (end - start !== 8) throw wrongLength("timestamptz", end - start);
    const value = view.getBigInt64(start);
    if (value === INFINITE) return Timestamp.infinity;
    if (value === MINUS_INFINITE) return Timestamp.negativeInfinity;
    return Timestamp.fromEpochMicroseconds(value + EPOCH);
  },
  encode(writer, value) {
    if (
      typeof value !== "string" &&
      !(value instanceof Date) &&
      !(value instanceof Timestamp) &&
      !isTemporal(value)
    ) {
      throw mismatch("a Timestamp, a Date or ISO 8601 text with an offset", value);
    }
    const point = Timestamp.from(value as Timestamp);
    if (!point.isFinite) return writer.int64(point.epochMilliseconds > 0 ? INFINITE : MINUS_INFINITE);
    writer.int64(inRange(point.epochMicroseconds - EPOCH, point.toString(), "timestamptz"));
  },
};

function inRange(value: bigint, text: string, type: string): bigint {
  if (value < MIN_TIMESTAMP || value >= END_TIMESTAMP)
    throw new DataError(`"${text}" is out of range for ${type}`);
  return value;
}
