// Cancels at every place where it can come, and at random ones; nothing is lost, written twice or left open.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { call, cancelScope, Event, run, taskGroup, type Awaitable } from "corio";
import { describe, expect, test } from "vitest";
import {
  atomicFile,
  FileClosedError,
  open,
  readText,
  withFile,
  writeAtomic,
  writeText,
  type BinaryFile,
  type TextFile,
} from "../src/index.ts";
import { cancelAtWait } from "./support/cancel-at.ts";
import { canCountDescriptors, openAfterSettling, openBelow, openedSince } from "./support/descriptors.ts";
import { Random } from "./support/random.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

/** Runs the operation again and again, cancelled one wait later each time, until it gets through. Gives how often it was cancelled. */
async function cancelEverywhere(
  start: () => Awaitable<unknown>,
  after: () => void = () => {},
): Promise<number> {
  for (let n = 1; ; n++) {
    const { reached } = await run(() => call(cancelAtWait, n, start));
    after();
    if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
    if (!reached) return n - 1;
  }
}

describe("at each wait", () => {
  test("a coroutine that opens, writes, reads and closes (files 2)", async () => {
    const times = await cancelEverywhere(() =>
      call(function* () {
        const file = yield* open(path("f"), "w+");
        yield* file.write("x".repeat(100_000));
        yield* file.seek(0);
        expect((yield* file.read()).length).toBe(100_000);
        yield* file.close();
      }),
    );
    // To open, to write what does not fit the buffer, to read, to close; the seek waits for nothing.
    expect(times).toBeGreaterThanOrEqual(4);
  });

  test("the same as an async function (files 2)", async () => {
    await cancelEverywhere(() =>
      call(async () => {
        const file = await open(path("f"), "w+");
        await file.write("x".repeat(100_000));
        await file.seek(0);
        expect((await file.read()).length).toBe(100_000);
        await file.close();
      }),
    );
  });

  test("withFile and the helpers for whole files", async () => {
    writeFileSync(path("f"), "content");
    await cancelEverywhere(() => withFile(path("f"), "r", (file) => file.read()));
    await cancelEverywhere(() => readText(path("f")));
    await cancelEverywhere(() => writeText(path("g"), "content"));
  });

  test("writeAtomic leaves the old content or the new, and no temporary file", async () => {
    writeFileSync(path("f"), "old");
    const seen = new Set<string>();
    const times = await cancelEverywhere(
      () => writeAtomic(path("f"), ["n", "e", "w"]),
      () => {
        const content = readFileSync(path("f"), "utf8");
        expect(["old", "new"]).toContain(content);
        seen.add(content);
      },
    );
    expect(times).toBeGreaterThan(6);
    for (let turn = 0; readdirSync(path(".")).length > 1 && turn < 1000; turn++) await setImmediate();
    expect(readdirSync(path("."))).toEqual(["f"]);
    expect([...seen].sort()).toEqual(["new", "old"]);
  });

  test("atomicFile does so too", async () => {
    writeFileSync(path("f"), "old");
    await cancelEverywhere(
      () =>
        atomicFile(path("f"), function* (file: TextFile) {
          yield* file.write("ne");
          yield* file.flush();
          yield* file.write("w");
        }),
      () => expect(["old", "new"]).toContain(readFileSync(path("f"), "utf8")),
    );
  });
});

test("a cancelled read loses nothing: the next one gives it (files 3)", async () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `line ${i} ${"é".repeat(i % 50)}\n`);
  writeFileSync(path("f"), lines.join(""));
  await run(function* () {
    const file = yield* open(path("f"), "r", { buffering: 97 });
    const read: string[] = [];
    for (let n = 1; ; n++) {
      const { reached, value } = yield* cancelAtWait(1 + (n % 3), () => file.readLine());
      if (value === "") break;
      if (value !== undefined) read.push(value);
      else expect(reached).toBe(true);
    }
    expect(read).toEqual(lines);
  });
});

test("a cancelled write took nothing or all, and every byte is written once (files 3)", async () => {
  const random = new Random(7);
  let written: string[] = [];
  await run(function* () {
    const file = yield* open(path("f"), "wb", { buffering: 64 });
    for (let i = 0; i < 2000; i++) {
      const record = `${i}:${"x".repeat(random.below(120))}\n`;
      const { value } = yield* cancelAtWait(1 + random.below(3), () => file.write(Buffer.from(record)));
      // Cancelled: whether it was taken shows only in the file.
      written.push(value === undefined ? `?${record}` : record);
      if (random.below(20) === 0) yield* cancelAtWait(1, () => file.flush());
    }
  });
  const found = readFileSync(path("f"), "utf8").split("\n").slice(0, -1);
  const lines = new Set(found);
  expect(lines.size).toBe(found.length);
  written = written.filter((record) => !record.startsWith("?") || lines.has(record.slice(1, -1)));
  expect(found).toEqual(written.map((record) => record.replace(/^\?/, "").slice(0, -1)));
});

test.skipIf(!canCountDescriptors)(
  "two thousand cancels at random moments leave no descriptor open",
  async () => {
    const random = new Random(42);
    writeFileSync(path("source"), "x".repeat(200_000));
    const before = openBelow("");
    await run(function* () {
      yield* taskGroup(function* (group) {
        for (let i = 0; i < 2000; i++) {
          const what = random.below(5);
          const delay = random.below(12);
          group.spawn(async () => {
            await cancelScope(async (scope) => {
              void setTurns(delay).then(() => scope.cancel());
              await work(what, i);
            });
          });
          if (i % 50 === 49) yield* call(async () => setTurns(2));
        }
      });
    });
    expect(await openAfterSettling(path("."))).toEqual([]);
    expect(await openedSince(before)).toEqual([]);

    async function work(what: number, i: number): Promise<void> {
      if (what === 0) await readText(path("source"));
      else if (what === 1) await writeAtomic(path(`target${i % 7}`), "y".repeat(100_000));
      else if (what === 2) {
        const file = await open(path("source"), "rb");
        while ((await file.read(10_000)).length > 0);
      } else if (what === 3) {
        await withFile(path(`target${i % 7}`), "a", async (file) => {
          for (let k = 0; k < 10; k++) await file.write("z".repeat(20_000));
        });
      } else {
        const files: BinaryFile[] = [];
        for (let k = 0; k < 5; k++) files.push(await open(path("source"), "rb"));
        for (const file of files) await file.close();
      }
    }
  },
);

async function setTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await setImmediate();
}

const canMakeFifo = ((): boolean => {
  try {
    execFileSync("mkfifo", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!canMakeFifo)(
  "opening a FIFO that nobody opens at its other end can be cancelled, and keeps no thread (files 12)",
  async () => {
    await run(async () => {
      for (const [i, mode] of ["rb", "wb", "r", "w", "rb", "wb", "rb", "rb"].entries()) {
        execFileSync("mkfifo", [path(`fifo${i}`)]);
        await cancelScope(async (scope) => {
          void setTurns(5).then(() => scope.cancel());
          // To read from it waits for a writer at the first read, to write to it waits at the opening.
          const file = await open(path(`fifo${i}`), mode as "r");
          await file.read();
          expect.unreachable();
        });
      }
      // All threads of the pool would be stuck by now.
      writeFileSync(path("f"), "abc");
      expect(await readText(path("f"))).toBe("abc");
    });
  },
);

test.skipIf(!canMakeFifo)("a FIFO is read to its end (files 12)", async () => {
  execFileSync("mkfifo", [path("fifo")]);
  await run(async () => {
    await taskGroup(async (group) => {
      group.spawn(async () => {
        const file = await open(path("fifo"), "w");
        expect(file.seekable).toBe(false);
        for (let i = 0; i < 1000; i++) await file.write(`line ${i}\n`);
        await file.close();
      });
      const file = await open(path("fifo"));
      const lines = await file.readLines();
      expect(lines.length).toBe(1000);
      expect(lines[999]).toBe("line 999\n");
    });
  });
});

test.skipIf(!canMakeFifo)("a cancelled read from a silent pipe does not keep its file open", async () => {
  execFileSync("mkfifo", [path("fifo")]);
  await run(async () => {
    await taskGroup(async (group) => {
      const closed = new Event();
      group.spawn(async () => {
        const writer = await open(path("fifo"), "wb");
        await closed.wait();
        await writer.close();
      });
      const reader = await open(path("fifo"), "rb");
      await cancelScope(async (scope) => {
        void setTurns(5).then(() => scope.cancel());
        await reader.read(1);
        expect.unreachable();
      });
      await reader.close();
      expect(reader.closed).toBe(true);
      closed.set();
      await expect(reader.read(1)).rejects.toThrow(FileClosedError);
    });
  });
  if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
});

test("closing is not interrupted: what was accepted is written (files 1)", async () => {
  await run(function* () {
    for (let n = 1; n < 6; n++) {
      const file = yield* open(path("f"), "w");
      yield* file.write(`round ${n}`);
      yield* cancelAtWait(n, () => file.close());
      expect(file.closed).toBe(true);
      expect(readFileSync(path("f"), "utf8")).toBe(`round ${n}`);
    }
  });
});
