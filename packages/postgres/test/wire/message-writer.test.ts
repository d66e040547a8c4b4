import { describe, expect, test } from "vitest";
import { DataError } from "../../src/index.ts";
import * as frontend from "../../src/wire/frontend.ts";
import { MessageWriter } from "../../src/wire/message-writer.ts";

function written(write: (writer: MessageWriter) => void): Buffer {
  const writer = new MessageWriter();
  write(writer);
  return Buffer.from(writer.take());
}

describe("MessageWriter", () => {
  test("writes the messages of a prepared statement as PostgreSQL's manual has them", () => {
    const bytes = written((writer) => {
      frontend.parse(writer, "s", "SELECT 1", [23]);
      frontend.describeStatement(writer, "s");
      frontend.execute(writer, "", 5);
      frontend.sync(writer);
    });
    expect(bytes.toString("latin1")).toBe(
      "P\0\0\0\x15s\0SELECT 1\0\0\x01\0\0\0\x17" +
        "D\0\0\0\x07Ss\0" +
        "E\0\0\0\x09\0\0\0\0\x05" +
        "S\0\0\0\x04",
    );
  });

  test("PG10 a cancel request carries a key of any length", () => {
    const key = Buffer.from("0123456789abcdef0123456789abcdef");
    const bytes = written((writer) => frontend.cancelRequest(writer, 77, key));
    expect(bytes.readInt32BE(0)).toBe(12 + key.length);
    expect(bytes.readInt32BE(4)).toBe(80877102);
    expect(bytes.readInt32BE(8)).toBe(77);
    expect(bytes.subarray(12)).toEqual(key);
  });

  test("what was taken is never written again, also when the buffer grows", () => {
    const writer = new MessageWriter();
    const taken: { bytes: Uint8Array; copy: Buffer }[] = [];
    for (let i = 0; i < 3000; i++) {
      writer.begin(0x51);
      writer.text(`query ${i} `.repeat(i % 50));
      writer.end();
      if (i % 3 !== 0) continue;
      const bytes = writer.take();
      taken.push({ bytes, copy: Buffer.from(bytes) });
    }
    for (const { bytes, copy } of taken) expect(copy.equals(bytes)).toBe(true);
  });

  test("rewinding drops what was written since, and nothing else", () => {
    const bytes = written((writer) => {
      frontend.query(writer, "A");
      const mark = writer.size;
      writer.begin(0x42);
      writer.text("x".repeat(200_000));
      writer.rewind(mark);
      frontend.query(writer, "B");
    });
    expect(bytes.toString("latin1")).toBe("Q\0\0\0\x06A\0Q\0\0\0\x06B\0");
  });

  test("fields nest and know their lengths", () => {
    const bytes = written((writer) => {
      const outer = writer.beginField();
      const inner = writer.beginField();
      writer.text("ä€😀");
      writer.endField(inner);
      writer.endField(outer);
    });
    expect(bytes.readInt32BE(0)).toBe(13);
    expect(bytes.readInt32BE(4)).toBe(9);
    expect(bytes.toString("utf8", 8)).toBe("ä€😀");
  });

  test.each(["short ä", "x".repeat(47) + "é", "y".repeat(5000) + "😀", "", "\u007f\u0080"])(
    "text survives: %.12s",
    (text) => {
      expect(written((writer) => writer.text(text)).toString()).toBe(text);
    },
  );

  test.each([
    ["a NUL", "a\0b"],
    ["a NUL in a long text", `${"x".repeat(100)}\0`],
    ["a lone high surrogate", "a\ud800b"],
    ["a lone low surrogate", `${"x".repeat(100)}\udc00`],
  ])("PG75 refuses %s", (_what, text) => {
    expect(() => written((writer) => writer.text(text))).toThrow(DataError);
  });

  test("numbers below 2^53 are written as 64 bits", () => {
    for (const value of [
      0,
      1,
      -1,
      2 ** 31,
      -(2 ** 31),
      2 ** 32,
      -(2 ** 32) - 1,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ]) {
      expect(written((writer) => writer.int64FromNumber(value)).readBigInt64BE()).toBe(BigInt(value));
    }
  });

  test("PG40 the reason of a failed COPY is cut to what the server takes", () => {
    const bytes = written((writer) => frontend.copyFail(writer, "x".repeat(20_000)));
    expect(bytes.length).toBe(5 + 9900 + 1);
  });
});
