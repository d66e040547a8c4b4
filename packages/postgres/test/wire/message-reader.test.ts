import { describe, expect, test } from "vitest";
import { ProtocolError } from "../../src/index.ts";
import { MessageReader } from "../../src/wire/message-reader.ts";

interface Message {
  type: string;
  body: string;
}

function message(type: string, body: string | Uint8Array): Buffer {
  const content = Buffer.from(body as string);
  const header = Buffer.alloc(5);
  header.write(type, 0);
  header.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([header, content]);
}

function collector(): { reader: MessageReader; messages: Message[] } {
  const messages: Message[] = [];
  const reader = new MessageReader((type, chunk, start, end) => {
    messages.push({ type: String.fromCharCode(type), body: chunk.bytes.toString("utf8", start, end) });
  });
  return { reader, messages };
}

const stream = Buffer.concat([
  message("Z", "I"),
  message("D", "x".repeat(300)),
  message("1", ""),
  message("C", "SELECT 1\0"),
]);
const expected = [
  { type: "Z", body: "I" },
  { type: "D", body: "x".repeat(300) },
  { type: "1", body: "" },
  { type: "C", body: "SELECT 1\0" },
];

describe("MessageReader", () => {
  test("reads messages from one chunk", () => {
    const { reader, messages } = collector();
    reader.feed(stream);
    expect(messages).toEqual(expected);
    expect(reader.atBorder).toBe(true);
  });

  test("gives the same for every way to cut the stream in two", () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const { reader, messages } = collector();
      reader.feed(stream.subarray(0, cut));
      reader.feed(stream.subarray(cut));
      expect(messages, `cut at ${cut}`).toEqual(expected);
    }
  });

  test("gives the same for pieces of every size", () => {
    for (let size = 1; size <= 40; size++) {
      const { reader, messages } = collector();
      for (let at = 0; at < stream.length; at += size) reader.feed(stream.subarray(at, at + size));
      expect(messages, `pieces of ${size}`).toEqual(expected);
    }
  });

  test("reads a message of several megabytes that comes in pieces", () => {
    const { reader, messages } = collector();
    const body = "ab".repeat(2_000_000);
    const whole = Buffer.concat([message("D", body), message("Z", "I")]);
    for (let at = 0; at < whole.length; at += 65_536) reader.feed(whole.subarray(at, at + 65_536));
    expect(messages.map(({ type, body: { length } }) => [type, length])).toEqual([
      ["D", body.length],
      ["Z", 1],
    ]);
  });

  test.each([3, 0, -1, 0x40000000, 0x7fffffff])("refuses a message that claims a length of %i", (length) => {
    for (const pieces of [[9], [1, 8], [5, 4], [4, 5]]) {
      const { reader } = collector();
      const bytes = Buffer.alloc(9, 1);
      bytes.write("D", 0);
      bytes.writeInt32BE(length, 1);
      expect(() => {
        let at = 0;
        for (const size of pieces) reader.feed(bytes.subarray(at, (at += size)));
      }).toThrow(ProtocolError);
    }
  });

  test("a claim of a gigabyte allocates no gigabyte", () => {
    const { reader } = collector();
    const bytes = Buffer.alloc(16);
    bytes.write("D", 0);
    bytes.writeInt32BE(0x3fffffff, 1);
    const before = process.memoryUsage().arrayBuffers;
    reader.feed(bytes);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    expect(reader.atBorder).toBe(false);
  });

  test("random bytes are refused or waited on, and break nothing", () => {
    let seed = 7;
    const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) >>> 16;
    let refused = 0;
    for (let round = 0; round < 500; round++) {
      const { reader } = collector();
      const bytes = Buffer.from(Array.from({ length: 64 }, () => random() & 255));
      try {
        for (let at = 0; at < bytes.length; at += 7) reader.feed(bytes.subarray(at, at + 7));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});
