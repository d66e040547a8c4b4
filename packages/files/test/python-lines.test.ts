// Lines, whole files, line ends met and mistakes, for every encoding, as Python gives them.
import { readFileSync, writeFileSync } from "node:fs";
import { forEach, run, type Awaitable } from "corio";
import { describe, expect, test } from "vitest";
import {
  DecodeError,
  open,
  type LineEnd,
  type Newline,
  type TextErrors,
  type TextFile,
} from "../src/index.ts";
import { tempFolder } from "./support/temp-folder.ts";

interface Result {
  readonly newline: Newline;
  /** Null where Python cannot decode it. */
  readonly lines: readonly string[] | null;
  /** What `readlines(7)` gives first. */
  readonly some: readonly string[] | null;
  readonly whole: string | null;
  readonly newlines: readonly LineEnd[];
}

interface Case {
  readonly data: string;
  readonly encoding: string;
  readonly errors: TextErrors;
  /** Where the first mistake begins, if that is one. */
  readonly bad: number | null;
  readonly results: readonly Result[];
}

// Made by fixtures/python-lines.py with Python itself.
const { cases } = JSON.parse(
  readFileSync(new URL("fixtures/python-lines.json", import.meta.url), "utf8"),
) as { cases: Case[] };

const path = tempFolder();
const bufferings = [undefined, 7, 2];

async function* eachLine(file: TextFile): AsyncGenerator<string> {
  for (let line = await file.readLine(); line !== ""; line = await file.readLine()) yield line;
}

async function listOf(lines: AsyncIterable<string>): Promise<string[]> {
  const list: string[] = [];
  for await (const line of lines) list.push(line);
  return list;
}

const byEncoding = Map.groupBy(cases, (each) => each.encoding);

describe.each([...byEncoding.keys()])("%s", (encoding) => {
  const own = byEncoding.get(encoding) as Case[];

  test("lines are Python's, byte for byte, with every buffer and by every way (files 9, files 7)", async () => {
    await run(async () => {
      for (const { data, errors, results } of own) {
        writeFileSync(path("f"), Buffer.from(data, "hex"));
        for (const { newline, lines, some, whole, newlines } of results) {
          if (lines === null) continue;
          for (const buffering of bufferings) {
            const options = { encoding, errors, newline, ...(buffering === undefined ? {} : { buffering }) };
            const opened = (): Awaitable<TextFile> => open(path("f"), "r", options);
            const what = JSON.stringify({ data, ...options });
            expect(await listOf(await opened()), what).toEqual(lines);
            expect(await listOf(eachLine(await opened())), what).toEqual(lines);
            expect(await (await opened()).readLines(), what).toEqual(lines);
            expect(await (await opened()).readLines(7), what).toEqual(some);
            const file = await opened();
            expect(await file.read(), what).toBe(whole);
            expect(new Set(file.newlines), what).toEqual(new Set(newlines));
          }
        }
      }
    });
  });

  test("forEach gives coroutines the same lines (files 9)", async () => {
    await run(function* () {
      for (const { data, errors, results } of own) {
        writeFileSync(path("f"), Buffer.from(data, "hex"));
        for (const { newline, lines } of results) {
          if (lines === null) continue;
          const file = yield* open(path("f"), "r", { encoding, errors, newline, buffering: 5 });
          const seen: string[] = [];
          yield* forEach(file.lines(), (line) => void seen.push(line));
          expect(seen).toEqual(lines);
          yield* file.close();
        }
      }
    });
  });

  test("what is no text is refused where Python refuses it, after all that stands before (files 7)", async () => {
    await run(async () => {
      for (const { data, errors, bad } of own) {
        if (bad === null) continue;
        writeFileSync(path("f"), Buffer.from(data, "hex"));
        for (const buffering of [2, 3, 1000]) {
          const file = await open(path("f"), "r", { encoding, errors, newline: "", buffering });
          await expect(file.read(), data).rejects.toThrow(DecodeError);
          let read = "";
          let error: unknown;
          for (; error === undefined;)
            await Promise.resolve(file.read(1)).then(
              (text) => (read += text),
              (thrown: unknown) => (error = thrown),
            );
          expect(error, data).toMatchObject({ position: bad, encoding: file.encoding });
          const front = await open(path("f"), "r", { encoding, errors: "ignore", newline: "" });
          expect((await front.read()).startsWith(read), data).toBe(true);
        }
      }
    });
  });
});
