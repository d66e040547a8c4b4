import { readFileSync, writeFileSync } from "node:fs";
import { run } from "corio";
import { expect, test } from "vitest";
import { open, type Newline } from "../src/index.ts";
import { tempFolder } from "./support/temp-folder.ts";

type Short = string | { readonly length: number; readonly start: string; readonly end: string };

interface Case {
  readonly input: number;
  readonly newline: Newline;
  readonly count: number;
  readonly lines: readonly Short[];
  readonly whole: Short;
  /** Line by line: what is left behind it, read after coming back to where `tell` said, and the line. */
  readonly tells: readonly (readonly [rest: Short, line: Short])[];
  readonly limited: readonly Short[];
}

// Made by fixtures/python-text.py with Python itself.
const { cases } = JSON.parse(readFileSync(new URL("fixtures/python-text.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

const inputs = [
  "",
  "a",
  "\n",
  "a\n",
  "a\nb",
  "a\n\nb\n",
  "a\r\nb\rc\nd",
  "\r",
  "\r\n",
  "\r\r\n\n",
  "a\r",
  "a\r\r\nb\n\r",
  "h\u00e9llo\r\nw\u00f6rld \u{1f600}\n\u20ac\r",
  "nul\x00byte\n\x0bvt\x0cff\n\x1c\u0085 end",
  `${"x".repeat(70_000)}\r\ny\n`,
  "ab\r\n".repeat(40_000),
  `${"\u20ac".repeat(30_000)}\nz\r`,
];

function short(text: string): Short {
  return text.length < 200 ? text : { length: text.length, start: text.slice(0, 20), end: text.slice(-20) };
}

const path = tempFolder();

test.each(cases)("text $input with newline $newline is read as Python reads it", async (expected) => {
  const { newline } = expected;
  writeFileSync(path("f"), inputs[expected.input] as string);
  await run(async () => {
    const lines = await (await open(path("f"), "r", { newline })).readLines();
    const kept = lines.length <= 8 ? lines : [...lines.slice(0, 4), ...lines.slice(-4)];
    expect(lines.length).toBe(expected.count);
    expect(kept.map(short)).toEqual(expected.lines);

    const iterated: string[] = [];
    for await (const line of await open(path("f"), "r", { newline, buffering: 7 })) iterated.push(line);
    expect(iterated).toEqual(lines);

    expect(short(await (await open(path("f"), "r", { newline })).read())).toEqual(expected.whole);

    const told = await open(path("f"), "r", { newline });
    const tells: [Short, Short][] = [];
    for (let i = 0; i < 4; i++) {
      const line = await told.readLine();
      const position = await told.tell();
      const rest = short(await told.read());
      expect(await told.seek(position)).toBe(position);
      tells.push([rest, short(line)]);
    }
    expect(tells).toEqual(expected.tells);

    // Python counts code points, we count UTF-16 units.
    if (/\p{Surrogate}|[\u{10000}-\u{10ffff}]/u.test(inputs[expected.input] as string)) return;
    const pieces = await open(path("f"), "r", { newline });
    const limited: Short[] = [];
    for (let i = 0; i < 5; i++) limited.push(short(await pieces.readLine(3)));
    expect(limited).toEqual(expected.limited);
  });
});
