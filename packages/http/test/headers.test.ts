import { describe, expect, test } from "vitest";
import { HeaderMap } from "@corio/http";
import { decodeText, isJsonType, parseContentType } from "../src/content-type.ts";

describe("HeaderMap", () => {
  test("looks names up without regard to case", () => {
    const headers = HeaderMap.from({ "Content-Type": "a/b", n: 1, none: undefined });
    expect(headers.get("content-TYPE")).toBe("a/b");
    expect(headers.get("N")).toBe("1");
    expect(headers.has("none")).toBe(false);
    headers.delete("CONTENT-type");
    expect(headers.keys()).toEqual(["n"]);
  });

  test("keeps several values of one name", () => {
    const headers = HeaderMap.from([
      ["Set-Cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    headers.append("x", "1");
    headers.append("X", "2");
    expect(headers.get("x")).toBe("1, 2");
    expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect([...headers]).toEqual([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["x", "1"],
      ["x", "2"],
    ]);
    expect(headers.toFlat()).toEqual(["set-cookie", "a=1", "set-cookie", "b=2", "x", "1", "x", "2"]);
  });

  test("merges by replacing", () => {
    const headers = HeaderMap.from({ a: "1", b: "2" });
    headers.merge({ A: ["3", "4"] });
    headers.merge(new Headers({ b: "5" }));
    expect(headers.toJSON()).toEqual({ a: "3, 4", b: "5" });
  });

  test("takes no method of Object.prototype for a header", () => {
    const headers = HeaderMap.wrap({ a: "1" });
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      expect([headers.get(name), headers.has(name), headers.getAll(name)]).toEqual([null, false, []]);
    }
  });
});

test.each([
  ["text/html", "text/html", undefined],
  ["Text/HTML; Charset=UTF-8", "text/html", "utf-8"],
  ['text/html;charset="utf-8"', "text/html", "utf-8"],
  ["application/json;a=b; charset=latin1 ", "application/json", "latin1"],
  ["nonsense", "application/octet-stream", undefined],
  ["text/html, text/plain", "application/octet-stream", undefined],
  ["", "application/octet-stream", undefined],
  [null, "application/octet-stream", undefined],
])("parseContentType(%j)", (header, mediaType, charset) => {
  expect(parseContentType(header)).toEqual({ mediaType, charset });
});

test.each([
  ["application/json", true],
  ["application/problem+json", true],
  ["text/json", true],
  ["application/jsonp", false],
  ["text/plain", false],
])("isJsonType(%j) is %s", (type, expected) => {
  expect(isJsonType(type)).toBe(expected);
});

test("decodeText() drops the byte order mark and falls back to UTF-8", () => {
  expect(decodeText(Buffer.from("\ufeffä"), undefined)).toBe("ä");
  expect(decodeText(Buffer.from("ä"), "klingon")).toBe("ä");
  expect(decodeText(Buffer.from([0xe4]), "iso-8859-1")).toBe("ä");
});
