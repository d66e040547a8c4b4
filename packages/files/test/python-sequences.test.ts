// Random sequences of calls, in every mode, answered as Python answers them.
import { readFileSync, writeFileSync } from "node:fs";
import { run } from "corio";
import { describe, expect, test } from "vitest";
import {
  open,
  type BinaryFile,
  type BinaryMode,
  type Newline,
  type TextFile,
  type TextMode,
} from "../src/index.ts";
import { tempFolder } from "./support/temp-folder.ts";

type Step = [call: string, ...rest: unknown[]];

interface Sequence {
  readonly seed: number;
  readonly mode: string;
  /** Of files of text. */
  readonly encoding?: string;
  readonly newline?: Newline;
  readonly start: string;
  readonly steps: readonly Step[];
  readonly end: string;
}

// Made by fixtures/python-sequences.py with Python itself.
const { sequences } = JSON.parse(
  readFileSync(new URL("fixtures/python-sequences.json", import.meta.url), "utf8"),
) as { sequences: Sequence[] };

const path = tempFolder();
const bufferings = [undefined, 64, 3];

function bytes(hex: unknown): Buffer {
  return Buffer.from(hex as string, "hex");
}

async function answer(file: BinaryFile, [call, first, second]: Step): Promise<unknown> {
  const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");
  switch (call) {
    case "read":
      return hex(await file.read(first as number));
    case "readLine":
      return hex(await file.readLine(first as number));
    case "readLines":
      return (await file.readLines(first as number)).map(hex);
    case "readInto": {
      const target = new Uint8Array(first as number);
      return hex(target.subarray(0, await file.readInto(target)));
    }
    case "write":
      return file.write(bytes(first));
    case "writeLines":
      return (await file.writeLines((first as string[]).map(bytes))) ?? null;
    case "seek":
      return file.seek(first as number, second as 0);
    case "tell":
      return file.tell();
    case "truncate":
      return file.truncate((first as number | null) ?? undefined);
    default:
      return (await file.flush()) ?? null;
  }
}

/** The answer of a file of text; what Python says no more about than that it works is `undefined`. */
async function textAnswer(
  file: TextFile,
  [call, first]: Step,
  places: Map<unknown, number>,
): Promise<unknown> {
  switch (call) {
    case "read":
      return file.read(first as number);
    case "readLine":
      return file.readLine(first as number);
    case "readLines":
      return file.readLines(first as number);
    case "write":
      return file.write(first as string);
    case "writeLines":
      return (await file.writeLines(first as string[])) ?? null;
    case "tell":
      return void places.set(first, await file.tell());
    case "back": {
      const place = places.get(first) as number;
      expect(await file.seek(place)).toBe(place);
      expect(await file.tell()).toBe(place);
      return undefined;
    }
    case "home":
      return void (await file.seek(0));
    case "end":
      return void (await file.seek(0, 2));
    case "settle":
      return void (await file.seek(await file.tell()));
    case "truncate":
      return void (await file.truncate());
    default:
      return (await file.flush()) ?? null;
  }
}

describe.each(bufferings)("with a buffer of %s bytes", (buffering) => {
  const buffer = buffering === undefined ? {} : { buffering };
  const binary = sequences.filter((each) => each.encoding === undefined);
  const text = sequences.filter((each) => each.encoding !== undefined);

  test.each(binary)("$mode, seed $seed", async ({ mode, start, steps, end }) => {
    writeFileSync(path("f"), bytes(start));
    await run(async () => {
      const file = await open(path("f"), mode as BinaryMode, buffer);
      for (const [index, step] of steps.entries())
        expect(await answer(file, step), `step ${index}: ${JSON.stringify(step)}`).toEqual(step.at(-1));
    });
    expect(readFileSync(path("f")).toString("hex")).toBe(end);
  });

  test.each(text)(
    "$mode, $encoding, newline $newline, seed $seed (files 8)",
    async ({ mode, encoding, newline, start, steps, end }) => {
      writeFileSync(path("f"), bytes(start));
      const places = new Map<unknown, number>();
      await run(async () => {
        const file = await open(path("f"), mode as TextMode, {
          ...buffer,
          encoding: encoding as string,
          newline: newline as Newline,
          errors: "replace",
        });
        for (const [index, step] of steps.entries()) {
          const given = await textAnswer(file, step, places);
          if (given !== undefined)
            expect(given, `step ${index}: ${JSON.stringify(step)}`).toEqual(step.at(-1));
        }
      });
      expect(readFileSync(path("f")).toString("hex")).toBe(end);
    },
  );
});
