// Days, times and their ISO 8601 text, in plain arithmetic: no Date, so no time zone of the process can get in, and the
// years reach as far as PostgreSQL's.

import { DataError } from "../errors.ts";

export const MICROSECONDS_PER_DAY = 86_400_000_000;
/** Days from 1970-01-01 to PostgreSQL's own epoch, 2000-01-01. */
export const POSTGRES_EPOCH_DAYS = 10_957;
export const POSTGRES_EPOCH_MICROSECONDS = 946_684_800_000_000;

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar; year 0 is 1 BC. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The ISO text of a day: `2026-11-22`, `-000043-03-15` (44 BC), `+012026-01-01`. */
export function formatDate(daysSince1970: number): string {
  const z = daysSince1970 + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * m + 2) / 5) + 1;
  const month = m < 10 ? m + 3 : m - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${formatYear(year)}-${two(month)}-${two(day)}`;
}

function formatYear(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, "0");
  return `${year < 0 ? "-" : "+"}${String(Math.abs(year)).padStart(6, "0")}`;
}

export function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** `HH:MM:SS`, with as many digits of the fraction as it has: 3, 6 or none. */
export function formatTime(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  const fraction = microseconds - seconds * 1_000_000;
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === 0 ? text : `${text}.${formatFraction(fraction)}`;
}

export function formatFraction(microseconds: number): string {
  if (microseconds % 1000 === 0) return String(microseconds / 1000).padStart(3, "0");
  return String(microseconds).padStart(6, "0");
}

const DATE = /^([+-]\d{4,7}|\d{4,7})-(\d\d)-(\d\d)/;
const TIME = /^(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?/;
const ZONE = /^([Zz]|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)/;

export interface ParsedDateTime {
  /** Days since 1970-01-01; undefined when the text has no date. */
  readonly days: number | undefined;
  /** Microseconds since midnight; undefined when the text has no time. */
  readonly microseconds: number | undefined;
  /** Seconds east of UTC; undefined when the text has none. */
  readonly offset: number | undefined;
}

/** Reads ISO 8601 text, also with a space for the T and with `BC` at the end. Undefined when it is something else. */
export function parseDateTime(source: string): ParsedDateTime | undefined {
  let text = source.trim();
  // Temporal appends the calendar and the zone's name in brackets; the offset before them says all.
  text = text.replace(/(?:\[[^\]]*\])+$/, "");
  const bc = / ?BC$/i.test(text);
  if (bc) text = text.replace(/ ?BC$/i, "");

  let days: number | undefined;
  const date = DATE.exec(text);
  if (date !== null) {
    const year = bc ? 1 - Number(date[1]) : Number(date[1]);
    const month = Number(date[2]);
    const day = Number(date[3]);
    if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) throw notACalendarDate(source);
    days = daysFromCivil(year, month, day);
    text = text.slice(date[0].length);
    if (text !== "" && !/^[Tt ]\d/.test(text)) return undefined;
    text = text.slice(1);
  }

  let microseconds: number | undefined;
  const time = TIME.exec(text);
  if (time !== null) {
    const [hour, minute, second] = [Number(time[1]), Number(time[2]), Number(time[3] ?? 0)];
    if (hour > 24 || minute > 59 || second > 59) throw new DataError(`"${source}" is not a time of day`);
    microseconds = ((hour * 60 + minute) * 60 + second) * 1_000_000 + parseFraction(time[4] ?? "", source);
    if (microseconds > MICROSECONDS_PER_DAY) throw new DataError(`"${source}" is not a time of day`);
    text = text.slice(time[0].length).trimStart();
  }

  let offset: number | undefined;
  const zone = microseconds === undefined ? null : ZONE.exec(text);
  if (zone !== null) {
    offset = parseOffset(zone[1]!);
    text = text.slice(zone[0].length);
  }
  if (text !== "" || (days === undefined && microseconds === undefined)) return undefined;
  return { days, microseconds, offset };
}

/** Microseconds of a decimal fraction. Refuses what a microsecond cannot hold. */
export function parseFraction(digits: string, source: string): number {
  if (/[1-9]/.test(digits.slice(6))) throw new DataError(`"${source}" is finer than a microsecond`);
  return Number(digits.slice(0, 6).padEnd(6, "0"));
}

function parseOffset(text: string): number {
  if (text === "Z" || text === "z") return 0;
  const digits = text.slice(1).replaceAll(":", "");
  const seconds =
    Number(digits.slice(0, 2)) * 3600 +
    Number(digits.slice(2, 4) || 0) * 60 +
    Number(digits.slice(4, 6) || 0);
  return text.startsWith("-") ? -seconds : seconds;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function notACalendarDate(source: string): DataError {
  return new DataError(`"${source}" is not a date of the calendar`);
}
