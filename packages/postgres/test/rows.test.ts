import { describe, expect, test } from "vitest";
import { ProtocolError, valuesOf } from "../src/index.ts";
import { rowDecoder } from "../src/rows/row-decoder.ts";
import { bool, float8, int2, int4, int8 } from "../src/types/numbers.ts";
import { numeric } from "../src/types/numeric.ts";
import { bytea, textual } from "../src/types/texts.ts";
import { chunkOf } from "../src/wire/chunk.ts";
import { MessageWriter } from "../src/wire/message-writer.ts";
import type { Codec } from "../src/types/codec.ts";

const columns: readonly { name: string; codec: Codec; value: unknown }[] = [
  { name: "a", codec: int4, value: -5 },
  { name: "b", codec: textual("text"), value: "some text" },
  { name: "a", codec: int8, value: 2n ** 60n },
  { name: "c", codec: bool, value: true },
  { name: "__proto__", codec: int2, value: 7 },
  { name: "n", codec: numeric, value: "1.50" },
  { name: "none", codec: float8, value: null },
  { name: "bytes", codec: bytea, value: Buffer.from([1, 2, 3]) },
];

function encoded(): Buffer {
  const writer = new MessageWriter();
  writer.int16(columns.length);
  for (const { codec, value } of columns) {
    if (value === null) {
      writer.int32(-1);
      continue;
    }
    const field = writer.beginField();
    codec.encode(writer, value);
    writer.endField(field);
  }
  return Buffer.from(writer.take());
}

describe.each([
  ["generated code", true],
  ["closures", false],
])("rows by %s", (_name, generate) => {
  const decode = rowDecoder(columns, generate);

  test("have their values by name and by position", () => {
    const body = encoded();
    const row = decode(chunkOf(body), 0, body.length);
    expect(Object.keys(row)).toEqual(["a", "b", "c", "__proto__", "n", "none", "bytes"]);
    expect(valuesOf(row)).toEqual(columns.map(({ value }) => value));
    expect(row.a).toBe(2n ** 60n);
    expect(row[0]).toBe(-5);
    expect(row[columns.length]).toBe(undefined);
    expect(Object.getOwnPropertyDescriptor(row, "__proto__")!.value).toBe(7);
  });

  test("refuse a message cut at any byte, and one with bytes left over", () => {
    const body = encoded();
    for (let end = 0; end < body.length; end++) {
      expect(() => decode(chunkOf(Buffer.from(body.subarray(0, end))), 0, end), `cut at ${end}`).toThrow();
    }
    expect(() => decode(chunkOf(Buffer.concat([body, Buffer.alloc(1)])), 0, body.length + 1)).toThrow(
      ProtocolError,
    );
    body.writeInt16BE(columns.length + 1);
    expect(() => decode(chunkOf(body), 0, body.length)).toThrow(ProtocolError);
  });
});

test("valuesOf refuses what is no row", () => {
  expect(() => valuesOf({ a: 1 })).toThrow(/takes a row/);
});
