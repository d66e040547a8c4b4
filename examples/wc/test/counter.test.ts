import { expect, test } from "vitest";
import { Counter } from "../src/counter.ts";

const every = ["lines", "words", "chars", "bytes"] as const;

function counted(text: string, sizes: () => number): unknown {
  const counter = new Counter(every);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    const size = sizes();
    counter.add(bytes.subarray(at, at + size));
    at += size;
  }
  return counter.counts();
}

test("counts the same however the bytes come", () => {
  const alphabet = ["a", "é", "漢", "😀", " ", "\n", "\t", "\u00a0", "\u2003", "\u3000", "Â", "ã", "\u200b"];
  let state = 1;
  const below = (limit: number): number => (state = (state * 48_271) % 2_147_483_647) % limit;
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: below(60) }, () => alphabet[below(alphabet.length)]).join("");
    const expected = {
      lines: text.split("\n").length - 1,
      words: text.split(/[\s\u00a0]+/u).filter((word) => word !== "").length,
      chars: Array.from(text).length,
      bytes: Buffer.byteLength(text),
    };
    for (const sizes of [() => 1000, () => 1, () => 2, () => 1 + below(5)]) {
      expect(counted(text, sizes), JSON.stringify(text)).toEqual(expected);
    }
  }
});

test("a character that is never finished is part of a word; what begins one counts as one", () => {
  const counter = new Counter(every);
  counter.add(Buffer.from([0x20, 0xe2, 0x80]));
  expect(counter.counts()).toEqual({ lines: 0, words: 1, chars: 2, bytes: 3 });
});
