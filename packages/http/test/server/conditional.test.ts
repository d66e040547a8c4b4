import { describe, expect, test } from "vitest";
import { HeaderMap } from "@corio/http";
import { formatHttpDate, parseHttpDate } from "../../src/http-date.ts";
import { evaluateConditions, parseRange } from "../../src/server/conditional.ts";

const validators = { etag: '"abc"', lastModified: Date.UTC(2024, 0, 2, 3, 4, 5, 678) };
const same = "Tue, 02 Jan 2024 03:04:05 GMT";
const before = "Tue, 02 Jan 2024 03:04:04 GMT";

describe("evaluateConditions", () => {
  test.each([
    [{}, 200],
    [{ "if-none-match": '"abc"' }, 304],
    [{ "if-none-match": 'W/"abc"' }, 304],
    [{ "if-none-match": '"x", "abc"' }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": '"x"' }, 200],
    // The stronger condition counts alone.
    [{ "if-none-match": '"x"', "if-modified-since": same }, 200],
    [{ "if-modified-since": same }, 304],
    [{ "if-modified-since": before }, 200],
    [{ "if-modified-since": "yesterday" }, 200],
    [{ "if-modified-since": "2024-01-02T03:04:05Z" }, 200],
    [{ "if-match": '"abc"' }, 200],
    [{ "if-match": "*" }, 200],
    [{ "if-match": 'W/"abc"' }, 412],
    [{ "if-match": '"x"' }, 412],
    [{ "if-unmodified-since": same }, 200],
    [{ "if-unmodified-since": before }, 412],
  ])("%j gives %i", (headers, expected) => {
    expect(evaluateConditions(HeaderMap.from(headers), validators)).toBe(expected);
  });
});

describe("parseRange", () => {
  test.each([
    ["bytes=0-9", { start: 0, end: 9 }],
    ["bytes=90-", { start: 90, end: 99 }],
    ["bytes=-5", { start: 95, end: 99 }],
    ["bytes=-500", { start: 0, end: 99 }],
    ["bytes=0-1000", { start: 0, end: 99 }],
    ["bytes=99-99", { start: 99, end: 99 }],
    ["bytes=100-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-4", null],
    ["bytes=-", null],
    ["bytes=0-1,5-6", null],
    ["bytes=a-b", null],
    ["bytes=١-٢", null],
    ["lines=0-9", null],
    ["bytes=0-99999999999999999999", null],
    ["bytes = 0-1", null],
  ])("%s", (range, expected) => {
    expect(parseRange(HeaderMap.from({ range }), 100, validators)).toEqual(expected);
  });

  test.each([
    ['"abc"', { start: 0, end: 9 }],
    ['"x"', null],
    ['W/"abc"', null],
    [same, { start: 0, end: 9 }],
    [before, null],
  ])("heeds If-Range: %s", (condition, expected) => {
    const headers = HeaderMap.from({ range: "bytes=0-9", "if-range": condition });
    expect(parseRange(headers, 100, validators)).toEqual(expected);
  });

  test("finds nothing in an empty file", () => {
    expect(parseRange(HeaderMap.from({ range: "bytes=-1" }), 0, validators)).toBe("unsatisfiable");
  });
});

test("HTTP dates survive the round trip", () => {
  expect(parseHttpDate(formatHttpDate(Date.UTC(2024, 1, 29)))).toBe(Date.UTC(2024, 1, 29));
});
