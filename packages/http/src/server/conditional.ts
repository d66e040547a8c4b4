// Conditional and range requests (RFC 9110, 13 and 14), decided from headers and validators alone.

import type { HeaderMap } from "../headers.ts";
import { parseHttpDate } from "../http-date.ts";

export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
}

/** 200 means: go on. */
export type Verdict = 200 | 304 | 412;

export function evaluateConditions(headers: HeaderMap, { etag, lastModified }: Validators): Verdict {
  const ifMatch = headers.get("if-match");
  if (ifMatch !== null) {
    if (!listed(ifMatch, etag, true)) return 412;
  } else {
    const since = dateOf(headers, "if-unmodified-since");
    if (since !== null && seconds(lastModified) > since) return 412;
  }
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null) return listed(ifNoneMatch, etag, false) ? 304 : 200;
  const since = dateOf(headers, "if-modified-since");
  return since !== null && seconds(lastModified) <= since ? 304 : 200;
}

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/**
 * The one range that is asked for; null when the whole is to be sent (no range, several, another unit, an If-Range that
 * does not fit); "unsatisfiable" when it lies beyond the end.
 */
export function parseRange(
  headers: HeaderMap,
  size: number,
  validators: Validators,
): ByteRange | "unsatisfiable" | null {
  const header = headers.get("range");
  if (header === null || !ifRangeFits(headers, validators)) return null;
  // At most 15 digits: exact as a number, and nothing but ASCII digits.
  const match = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/i.exec(header.trim());
  if (match === null) return null;
  const [, first = "", last = ""] = match;
  if (first === "") {
    if (last === "") return null;
    const length = Number(last);
    if (length === 0 || size === 0) return "unsatisfiable";
    return { start: Math.max(0, size - length), end: size - 1 };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return null;
  if (start >= size) return "unsatisfiable";
  return { start, end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}

function ifRangeFits(headers: HeaderMap, { etag, lastModified }: Validators): boolean {
  const condition = headers.get("if-range");
  if (condition === null) return true;
  if (condition.startsWith('"')) return condition === etag;
  const date = parseHttpDate(condition);
  return date !== null && date === seconds(lastModified);
}

// Dates in headers have no fractions.
function seconds(time: number): number {
  return Math.floor(time / 1000) * 1000;
}

function dateOf(headers: HeaderMap, name: string): number | null {
  const value = headers.get(name);
  return value === null ? null : parseHttpDate(value);
}

function listed(header: string, etag: string, strong: boolean): boolean {
  if (header.trim() === "*") return true;
  return header.split(",").some((item) => {
    const tag = item.trim();
    return tag === etag || (!strong && tag.startsWith("W/") && tag.slice(2) === etag);
  });
}
