// What a call on a file is: lazy, run once, a cancel point, done at once where it can be.
import { readFileSync, writeFileSync } from "node:fs";
import { cancelScope, dumpTasks, InvalidStateError, run, sleep, taskGroup, timeout } from "corio";
import { expect, test } from "vitest";
import { open } from "../src/index.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

test("nothing happens before it is awaited, and it runs once, done at once or not", async () => {
  await run(async () => {
    const file = await open(path("f"), "w+", { buffering: 100 });
    for (const text of ["small ", "x".repeat(1000)]) {
      const write = file.write(text);
      await Promise.resolve();
      const { unwritten, bytesWritten } = file.statistics();
      expect(unwritten).toBe(0);
      expect(await write).toBe(text.length);
      const after = file.statistics();
      expect(after.unwritten + after.bytesWritten).toBe(unwritten + bytesWritten + text.length);
      await expect(write).rejects.toThrow(InvalidStateError);
      await file.truncate(0);
      await file.seek(0);
    }
  });
  await run(function* () {
    const file = yield* open(path("f"), "w+b", { buffering: 100 });
    for (const size of [6, 1000]) {
      const write = file.write(Buffer.alloc(size));
      expect(yield* write).toBe(size);
      expect(() => write[Symbol.iterator]().next()).toThrow(InvalidStateError);
    }
  });
  expect(readFileSync(path("f")).length).toBe(1006);
});

test("it is a cancel point also where it would be done at once: nothing is taken", async () => {
  writeFileSync(path("f"), "one\ntwo\n");
  await run(async () => {
    const file = await open(path("f"), "r+");
    expect(await file.readLine()).toBe("one\n");
    await cancelScope(async (scope) => {
      scope.cancel();
      await file.readLine();
      expect.unreachable();
    });
    await cancelScope(function* (scope) {
      scope.cancel();
      yield* file.read(1);
      expect.unreachable();
    });
    expect(await file.readLine()).toBe("two\n");
    await cancelScope(async (scope) => {
      scope.cancel();
      await file.write("never");
      expect.unreachable();
    });
    expect(file.statistics().unwritten).toBe(0);
  });
  expect(readFileSync(path("f"), "utf8")).toBe("one\ntwo\n");
});

test("calls that are done at once overtake nobody", async () => {
  writeFileSync(path("f"), "a\nb\nc\n");
  await run(function* () {
    const file = yield* open(path("f"));
    const seen: string[] = [];
    yield* taskGroup(function* (group) {
      // The first two wait: the file is not read yet. The third would find its line when the first has woken.
      for (let i = 0; i < 3; i++)
        group.spawn(function* () {
          seen.push(yield* file.readLine());
        });
      yield* file.flush();
    });
    expect(seen).toEqual(["a\n", "b\n", "c\n"]);
  });
});

test("a loop of them lets others run: a timer strikes in its midst", async () => {
  await run(function* () {
    const file = yield* open(path("f"), "w");
    let written = 0;
    yield* taskGroup({ cancellable: true }, function* (group) {
      group.spawn(function* () {
        yield* sleep(1);
        group.cancel();
      });
      for (;;) {
        yield* file.write("x");
        written++;
      }
    });
    expect(written).toBeGreaterThan(0);
    yield* timeout(10_000, () => file.close());
    expect(readFileSync(path("f")).length).toBe(written);
  });
});

test("who waits is shown with the file and what is asked of it", async () => {
  await run(function* () {
    yield* taskGroup(function* (group) {
      const file = yield* open(path("f"), "w");
      yield* file.write("x");
      group.spawn({ name: "syncer" }, function* () {
        yield* file.sync();
      });
      yield* sleep(0);
      expect(JSON.stringify(dumpTasks())).toContain(path("f"));
    });
  });
});
