// Ten thousand cancels at random moments of opening, reading, writing, flushing and closing.
import { readFileSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { call, cancelScope, forEach, run, type Coroutine, type Scope } from "corio";
import { expect, test } from "vitest";
import { fileThreads, open, readText, writeText } from "../src/index.ts";
import { canCountDescriptors, openAfterSettling, openBelow, openedSince } from "./support/descriptors.ts";
import { Random } from "./support/random.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();
const attempts = 10_000;
const targets = 20;
const source = Array.from({ length: 2000 }, (_, i) => `line ${i} ${"é".repeat(i % 40)}\n`).join("");

async function cancelAfter(scope: Scope, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await setImmediate();
  scope.cancel();
}

interface Plan {
  readonly index: number;
  readonly reads: boolean;
  readonly binary: boolean;
  readonly buffering: number;
  readonly records: readonly string[];
  readonly flushes: readonly boolean[];
  readonly closes: boolean;
}

function planOf(random: Random, index: number): Plan {
  const count = 1 + random.below(6);
  const records = Array.from({ length: count }, (_, k) => `${index}.${k}.${"x".repeat(random.below(90))}\n`);
  return {
    index,
    reads: random.below(3) === 0,
    binary: random.below(2) === 0,
    buffering: random.pick([2, 64, 4096]),
    records,
    flushes: records.map(() => random.below(3) === 0),
    closes: random.below(2) === 0,
  };
}

/** Reads in pieces, which must be the file's own, one behind the other. */
function* readCoroutine(plan: Plan): Coroutine<void> {
  const file = yield* open(path("source"), "r", { buffering: plan.buffering * 16 });
  for (let at = 0; at < 20_000;) {
    const piece = plan.binary ? yield* file.readLine() : yield* file.read(97);
    expect(source.startsWith(piece, at)).toBe(true);
    at += piece.length;
  }
  if (plan.closes) yield* file.close();
}

async function readAsync(plan: Plan): Promise<void> {
  const file = await open(path("source"), "r", { buffering: plan.buffering * 16 });
  for (let at = 0; at < 20_000;) {
    const piece = plan.binary ? await file.readLine() : await file.read(97);
    expect(source.startsWith(piece, at)).toBe(true);
    at += piece.length;
  }
  if (plan.closes) await file.close();
}

/** Appends records to a file that others append to as well; notes those that were accepted. */
function* writeCoroutine(plan: Plan, accepted: Set<string>): Coroutine<void> {
  const { buffering } = plan;
  const target = path(`target${plan.index % targets}`);
  const file = plan.binary ? undefined : yield* open(target, "a", { buffering });
  const bytes = plan.binary ? yield* open(target, "ab", { buffering }) : undefined;
  for (const [k, record] of plan.records.entries()) {
    if (file !== undefined) yield* file.write(record);
    if (bytes !== undefined) yield* bytes.write(Buffer.from(record));
    accepted.add(record);
    if (plan.flushes[k] === true) yield* (file ?? bytes!).flush();
  }
  if (plan.closes) yield* (file ?? bytes!).close();
}

async function writeAsync(plan: Plan, accepted: Set<string>): Promise<void> {
  const { buffering } = plan;
  const target = path(`target${plan.index % targets}`);
  const file = plan.binary ? undefined : await open(target, "a", { buffering });
  const bytes = plan.binary ? await open(target, "ab", { buffering }) : undefined;
  for (const [k, record] of plan.records.entries()) {
    await file?.write(record);
    await bytes?.write(Buffer.from(record));
    accepted.add(record);
    if (plan.flushes[k] === true) await (file ?? bytes!).flush();
  }
  if (plan.closes) await (file ?? bytes!).close();
}

test.each(["coroutines", "async functions"])(
  "leave no descriptor, and each byte that was accepted is written once: %s (files 2, files 3)",
  { timeout: 180_000 },
  async (dialect) => {
    const seed = dialect === "coroutines" ? 20_261 : 20_262;
    const random = new Random(seed);
    writeFileSync(path("source"), source);
    const before = canCountDescriptors ? openBelow("") : [];
    const accepted = new Set<string>();
    const begun = new Set<string>();
    let cancelled = 0;
    const [read, write] =
      dialect === "coroutines" ? [readCoroutine, writeCoroutine] : [readAsync, writeAsync];
    await run(function* () {
      const plans = Array.from({ length: attempts / 2 }, (_, index) => planOf(random, index));
      yield* forEach(
        plans,
        function* (plan) {
          const turns = random.below(9);
          if (!plan.reads) for (const record of plan.records) begun.add(record);
          yield* cancelScope(function* (scope) {
            void cancelAfter(scope, turns);
            const body: (plan: Plan, accepted: Set<string>) => unknown = plan.reads ? read : write;
            try {
              yield* call(body, plan, accepted);
            } catch (error) {
              cancelled++;
              throw error;
            }
          });
        },
        { concurrency: 40 },
      );
    });
    expect(cancelled, `seed ${seed}`).toBeGreaterThan(attempts / 10);
    if (canCountDescriptors) {
      expect(await openAfterSettling(path("."))).toEqual([]);
      expect(await openedSince(before), `seed ${seed}`).toEqual([]);
    }
    expect(fileThreads.statistics()).toMatchObject({ running: 0, waiting: 0 });
    const found = Array.from({ length: targets }, (_, k) => readFileSync(path(`target${k}`), "utf8"))
      .join("")
      .split(/(?<=\n)/);
    expect(new Set(found).size, `seed ${seed}`).toBe(found.length);
    // Nothing is torn, and what was cancelled stands there whole or not at all.
    expect(found.filter((record) => !begun.has(record))).toEqual([]);
    const there = new Set(found);
    expect([...accepted].filter((record) => !there.has(record))).toEqual([]);
  },
);

test("whole files: cancelled at random, no descriptor is left (files 2)", { timeout: 60_000 }, async () => {
  const random = new Random(7);
  writeFileSync(path("source"), source);
  const before = canCountDescriptors ? openBelow("") : [];
  await run(async () => {
    await forEach(
      Array.from({ length: 2000 }, (_, index) => index),
      async (index) => {
        await cancelScope(async (scope) => {
          void cancelAfter(scope, random.below(5));
          if (index % 2 === 0) expect(await readText(path("source"))).toBe(source);
          else await writeText(path(`w${index % 9}`), source);
        });
      },
      { concurrency: 40 },
    );
  });
  if (!canCountDescriptors) return;
  expect(await openAfterSettling(path("."))).toEqual([]);
  expect(await openedSince(before)).toEqual([]);
});
