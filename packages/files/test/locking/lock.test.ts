import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import {
  cancelScope,
  Event,
  fromPromise,
  InvalidStateError,
  run,
  taskGroup,
  timeout,
  TimeoutError,
  type Awaitable,
  type Scope,
  type TaskGroup,
} from "corio";
import { afterEach, expect, test } from "vitest";
import { FileLock, FileNotFoundError, lock, NotADirectoryError } from "../../src/index.ts";
import { sharedFileSystem } from "../../src/locking/network-file-systems.ts";
import { canCountDescriptors, openAfterSettling } from "../support/descriptors.ts";
import { both, caught, type Steps } from "../support/dialects.ts";
import { tempFolder } from "../support/temp-folder.ts";

const path = tempFolder();

afterEach(async () => {
  expect(readdirSync(path(".")).filter((name) => name.endsWith(".lock"))).toEqual([]);
  if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
});

both("one at a time, in the order in which they asked", function* ({ wait, fn }) {
  const order: number[] = [];
  let inside = 0;
  const stay = function* (i: number): Steps<void> {
    yield* wait(
      lock(path("f")).hold(
        fn(function* (held: FileLock) {
          expect(++inside).toBe(1);
          expect(held.path).toBe(`${realpathSync(path("."))}/f`);
          order.push(i);
          yield* wait(turn());
          inside--;
        }),
      ),
    );
  };
  yield* wait(
    taskGroup(
      fn(function* (group: TaskGroup) {
        for (let i = 0; i < 8; i++) group.spawn(fn(stay), i);
      }),
    ),
  );
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

/** Lets the machine have a turn. */
function turn(): Awaitable<unknown> {
  return fromPromise(new Promise((resolve) => setImmediate(resolve)));
}

both("gives what the body gives, and throws what it throws", function* ({ wait, fn }) {
  expect(yield* wait(lock(path("f")).hold(() => 42))).toBe(42);
  const error = yield* caught(
    wait(
      lock(path("f")).hold(
        fn(function* () {
          throw new Error("mine");
        }),
      ),
    ),
  );
  expect(error).toMatchObject({ message: "mine" });
});

both("it is held until the scope ends, or is released", function* ({ wait, fn }) {
  const held = yield* wait(
    cancelScope(
      fn(function* (_scope: Scope) {
        const inner = yield* wait(lock(path("f")));
        expect(inner).toBeInstanceOf(FileLock);
        expect(readdirSync(path("f.lock"))).toHaveLength(1);
        expect(inner.statistics()).toEqual({ released: false, waiting: 0 });
        return inner;
      }),
    ),
  );
  expect((held as FileLock).released).toBe(true);
  const again = yield* wait(lock(path("f")));
  yield* wait(again.release());
  yield* wait(again.close());
  expect(again.statistics()).toEqual({ released: true, waiting: 0 });
  yield* wait(lock(path("f")));
});

test("also `await using` releases it", async () => {
  await run(async () => {
    {
      await using held = await lock(path("f"));
      expect(held.released).toBe(false);
    }
    expect(existsSync(path("f.lock"))).toBe(false);
  });
});

both("what is to be had now, and what is not", function* ({ wait, fn }) {
  const first = yield* wait(lock(path("f")).tryAcquire());
  expect(first).toBeInstanceOf(FileLock);
  yield* wait(
    taskGroup(
      fn(function* (group: TaskGroup) {
        const ask = (shared: boolean): Steps<FileLock | null> =>
          wait(lock(path("f"), { shared }).tryAcquire());
        const task = group.spawn(fn(ask), false);
        expect(yield* wait(task.join())).toBeNull();
        const other = group.spawn(fn(ask), true);
        expect(yield* wait(other.join())).toBeNull();
      }),
    ),
  );
  yield* wait(first!.release());
  const second = yield* wait(lock(path("f")).tryAcquire());
  expect(second).toBeInstanceOf(FileLock);
});

both("readers share it; a writer waits for them, and later readers for the writer", function* ({ wait, fn }) {
  const log: string[] = [];
  const gates = new Map(["r1", "r2", "w", "r3"].map((name) => [name, new Event()]));
  const begun = new Map(["r1", "r2", "w", "r3"].map((name) => [name, new Event()]));
  const stay = function* (name: string): Steps<void> {
    yield* wait(
      lock(path("f"), { shared: name.startsWith("r") }).hold(
        fn(function* () {
          log.push(`${name} in`);
          begun.get(name)!.set();
          yield* wait(gates.get(name)!.wait());
          log.push(`${name} out`);
        }),
      ),
    );
  };
  yield* wait(
    taskGroup(
      fn(function* (group: TaskGroup) {
        for (const name of ["r1", "r2", "w", "r3"]) group.spawn(fn(stay), name);
        yield* wait(begun.get("r1")!.wait());
        yield* wait(begun.get("r2")!.wait());
        gates.get("w")!.set();
        gates.get("r3")!.set();
        gates.get("r1")!.set();
        // The writer still waits for the second reader, and the third reader for the writer.
        while (!log.includes("r1 out")) yield* wait(turn());
        expect(log).toEqual(["r1 in", "r2 in", "r1 out"]);
        gates.get("r2")!.set();
      }),
    ),
  );
  expect(log).toEqual(["r1 in", "r2 in", "r1 out", "r2 out", "w in", "w out", "r3 in", "r3 out"]);
});

both("every way that leads to a file leads to its lock", function* ({ wait, fn }) {
  mkdirSync(path("d"));
  writeFileSync(path("d", "f"), "");
  symlinkSync("d/f", path("link"));
  symlinkSync("d", path("folder"));
  yield* wait(lock(path("link")));
  expect(existsSync(path("d", "f.lock"))).toBe(true);
  yield* wait(
    taskGroup(
      fn(function* (group: TaskGroup) {
        for (const name of ["d/f", "folder/f", "d/../link"]) {
          const ask = group.spawn(
            fn(function* (): Steps<FileLock | null> {
              return yield* wait(lock(path(name)).tryAcquire());
            }),
          );
          expect(yield* wait(ask.join())).toBeNull();
        }
      }),
    ),
  );
});

both("a task that asks for what it holds is told, instead of waiting for itself", function* ({ wait, fn }) {
  yield* wait(
    lock(path("f")).hold(
      fn(function* () {
        expect(yield* caught(wait(lock(path("f"))))).toBeInstanceOf(InvalidStateError);
        expect(yield* caught(wait(lock(path("f"), { shared: true }).tryAcquire()))).toBeInstanceOf(
          InvalidStateError,
        );
      }),
    ),
  );
  yield* wait(
    lock(path("f"), { shared: true }).hold(
      fn(function* () {
        yield* wait(lock(path("f"), { shared: true }));
        expect(readdirSync(path("f.lock"))).toHaveLength(2);
      }),
    ),
  );
  // One wish is one lock.
  const wish = lock(path("g"));
  yield* wait(wish);
  expect(yield* caught(wait(wish))).toBeInstanceOf(InvalidStateError);
  expect(() => wish.hold(() => 1)).toThrow(InvalidStateError);
});

both(
  "whoever is cancelled while waiting leaves no trace, and the next one gets it",
  function* ({ wait, fn }) {
    const log: string[] = [];
    const first = yield* wait(lock(path("f")));
    yield* wait(
      taskGroup(
        fn(function* (group: TaskGroup) {
          const wants = function* (name: string): Steps<void> {
            yield* wait(lock(path("f")).hold(() => log.push(name)));
          };
          const task = group.spawn(fn(wants), "cancelled");
          group.spawn(fn(wants), "next");
          while (first.statistics().waiting === 0) yield* wait(turn());
          task.cancel();
          // The next one stands behind the holder now.
          while (
            readdirSync(path("f.lock")).filter((name) => !name.startsWith("new")).length !== 2 ||
            !task.done()
          )
            yield* wait(turn());
          expect(log).toEqual([]);
          yield* wait(first.release());
        }),
      ),
    );
    expect(log).toEqual(["next"]);
  },
);

test("the time to wait is bounded by a scope", async () => {
  await run(async () => {
    await lock(path("f"));
    await taskGroup(async (group) => {
      const task = group.spawn(async () => {
        await expect(timeout(20, () => lock(path("f")))).rejects.toThrow(TimeoutError);
      });
      await task.join();
    });
    expect(readdirSync(path("f.lock"))).toHaveLength(1);
  });
});

both("where it cannot be", function* ({ wait }) {
  const error = yield* caught(wait(lock(path("none", "f"))));
  expect(error).toBeInstanceOf(FileNotFoundError);
  expect(error).toMatchObject({ operation: "lock", path: path("none") });
  writeFileSync(path("f.lock"), "somebody else's");
  expect(yield* caught(wait(lock(path("f"))))).toBeInstanceOf(NotADirectoryError);
  // A link there leads nobody elsewhere.
  mkdirSync(path("outside"));
  symlinkSync("outside", path("g.lock"));
  expect(yield* caught(wait(lock(path("g"))))).toBeInstanceOf(Error);
  expect(readdirSync(path("outside"))).toEqual([]);
  for (const name of ["f.lock", "g.lock"]) rmSync(path(name));
});

test("file systems that machines share are known", () => {
  if (process.platform !== "linux") return;
  expect(sharedFileSystem(0x6969)).toBe("NFS");
  // As a signed number, too.
  expect(sharedFileSystem(0xff534d42 | 0)).toBe("CIFS");
  // ext4, tmpfs, btrfs, xfs, overlay.
  for (const type of [0xef53, 0x01021994, 0x9123683e, 0x58465342, 0x794c7630]) {
    expect(sharedFileSystem(type)).toBeUndefined();
  }
});

test("paths may be longer than a socket's", async () => {
  if (process.platform !== "linux") return;
  const folder = path("x".repeat(120), "y".repeat(120));
  mkdirSync(folder, { recursive: true });
  await run(async () => {
    await lock(`${folder}/f`).hold(() => expect(readdirSync(`${folder}/f.lock`)).toHaveLength(1));
    expect(readdirSync(folder)).toEqual([]);
  });
});
