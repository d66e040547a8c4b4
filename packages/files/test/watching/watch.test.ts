import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import {
  cancelScope,
  forEach,
  fromPromise,
  run,
  taskGroup,
  type Awaitable,
  type Scope,
  type TaskGroup,
} from "corio";
import { expect, test } from "vitest";
import {
  FileNotFoundError,
  watch,
  Watcher,
  WatchLimitError,
  withWatch,
  type WatchEvent,
  type WatchOptions,
} from "../../src/index.ts";
import { watchError } from "../../src/watching/kernel-watcher.ts";
import { both, caught, type Steps } from "../support/dialects.ts";
import { tempFolder } from "../support/temp-folder.ts";

const path = tempFolder();
const inotify = process.platform === "linux";

/** Descriptors of the system's watches that the process has open. */
function watchCount(): number {
  let count = 0;
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`).includes("inotify")) count++;
    } catch {
      // The one that reads the folder.
    }
  }
  return count;
}

/** Lets the machine have a turn. */
function turn(): Awaitable<unknown> {
  return fromPromise(new Promise((resolve) => setImmediate(resolve)));
}

/** An event in short: what happened, where below the folder of the test. */
function short(event: WatchEvent): string {
  const below = (at: string): string => at.slice(path(".").length + 1);
  if (event.type === "overflow") return `overflow ${below(event.path)}`;
  const from = event.type === "renamed" ? `${below(event.from)} -> ` : "";
  const mark = event.kind === "directory" ? "/" : "";
  return `${event.type} ${from}${below(event.path)}${mark}${event.type === "renamed" && event.replaced ? " (replaced)" : ""}`;
}

type Wait = <T>(awaitable: Awaitable<T>) => Steps<T>;

/** Events up to a file that is made now: all that happened before is told before it. Its own are left out. */
function* until(wait: Wait, watcher: Watcher, mark = "w/~mark"): Steps<string[]> {
  writeFileSync(path(mark), "");
  const told: string[] = [];
  for (;;) {
    const { value } = yield* wait(watcher.next());
    expect(value).toBeDefined();
    const text = short(value!);
    if (text.endsWith("~mark")) {
      if (!text.startsWith("created")) continue;
      break;
    }
    told.push(text);
  }
  rmSync(path(mark));
  for (;;) {
    const { value } = yield* wait(watcher.next());
    if (short(value!) === `removed ${mark}`) return told;
    if (!short(value!).endsWith("~mark")) told.push(short(value!));
  }
}

/** What a created file may be told besides: that it is being written. */
function withoutChanges(told: readonly string[]): string[] {
  return told.filter((text) => !text.startsWith("changed"));
}

both("tells what is made, changed, renamed and removed", function* ({ wait }) {
  mkdirSync(path("w"));
  writeFileSync(path("w", "old"), "");
  const watcher = yield* wait(watch(path("w")));
  expect(watcher).toBeInstanceOf(Watcher);
  expect(watcher.path).toBe(path("w"));
  writeFileSync(path("w", "a"), "");
  expect(withoutChanges(yield* until(wait, watcher))).toEqual(["created w/a"]);
  appendFileSync(path("w", "a"), "more");
  expect(yield* until(wait, watcher)).toEqual(["changed w/a"]);
  chmodSync(path("w", "old"), 0o600);
  expect(yield* until(wait, watcher)).toEqual(["changed w/old"]);
  renameSync(path("w", "a"), path("w", "b"));
  expect(yield* until(wait, watcher)).toEqual(["renamed w/a -> w/b"]);
  renameSync(path("w", "b"), path("w", "old"));
  expect(yield* until(wait, watcher)).toEqual(["renamed w/b -> w/old (replaced)"]);
  rmSync(path("w", "old"));
  expect(yield* until(wait, watcher)).toEqual(["removed w/old"]);
  symlinkSync("nowhere", path("w", "link"));
  expect(yield* until(wait, watcher)).toEqual(["created w/link"]);
});

both("each event is told once, whatever the system says", function* ({ wait }) {
  mkdirSync(path("w"));
  const watcher = yield* wait(watch(path("w")));
  // Came and went before anybody looked.
  writeFileSync(path("w", "short"), "");
  rmSync(path("w", "short"));
  writeFileSync(path("w", "a"), "1");
  appendFileSync(path("w", "a"), "2");
  appendFileSync(path("w", "a"), "3");
  expect(yield* until(wait, watcher)).toEqual(["created w/a"]);
  // Replaced as editors do.
  writeFileSync(path("w", ".a.tmp"), "new");
  renameSync(path("w", ".a.tmp"), path("w", "a"));
  expect(yield* until(wait, watcher)).toEqual(["changed w/a"]);
  // Two that change places.
  writeFileSync(path("w", "b"), "B");
  yield* until(wait, watcher);
  renameSync(path("w", "a"), path("w", "t"));
  renameSync(path("w", "b"), path("w", "a"));
  renameSync(path("w", "t"), path("w", "b"));
  expect((yield* until(wait, watcher)).sort()).toEqual(["renamed w/a -> w/b", "renamed w/b -> w/a"]);
  linkSync(path("w", "a"), path("w", "second"));
  expect(withoutChanges(yield* until(wait, watcher))).toEqual(["created w/second"]);
});

both("folders that come later are watched, and what was in them before is told", function* ({ wait }) {
  mkdirSync(path("w"));
  const watcher = yield* wait(watch(path("w"), { recursive: true }));
  mkdirSync(path("w", "a", "b"), { recursive: true });
  writeFileSync(path("w", "a", "b", "early"), "");
  expect(withoutChanges(yield* until(wait, watcher))).toEqual([
    "created w/a/",
    "created w/a/b/",
    "created w/a/b/early",
  ]);
  writeFileSync(path("w", "a", "b", "late"), "");
  expect(withoutChanges(yield* until(wait, watcher, "w/a/b/~mark"))).toEqual(["created w/a/b/late"]);
  // One that comes with all that is in it.
  mkdirSync(path("x", "deep"), { recursive: true });
  writeFileSync(path("x", "deep", "f"), "");
  renameSync(path("x"), path("w", "x"));
  expect(yield* until(wait, watcher)).toEqual(["created w/x/", "created w/x/deep/", "created w/x/deep/f"]);
  appendFileSync(path("w", "x", "deep", "f"), "!");
  expect(yield* until(wait, watcher)).toEqual(["changed w/x/deep/f"]);
  // And one that goes so.
  renameSync(path("w", "x"), path("y"));
  expect(yield* until(wait, watcher)).toEqual(["removed w/x/deep/f", "removed w/x/deep/", "removed w/x/"]);
  writeFileSync(path("y", "deep", "g"), "");
  expect(yield* until(wait, watcher)).toEqual([]);
});

both("a folder that is renamed keeps being watched, by its new name", function* ({ wait }) {
  mkdirSync(path("w", "a", "b"), { recursive: true });
  mkdirSync(path("w", "c"));
  writeFileSync(path("w", "a", "b", "f"), "");
  const watcher = yield* wait(watch(path("w"), { recursive: true }));
  renameSync(path("w", "a"), path("w", "c", "d"));
  expect(yield* until(wait, watcher)).toEqual(["renamed w/a -> w/c/d/"]);
  appendFileSync(path("w", "c", "d", "b", "f"), "!");
  writeFileSync(path("w", "c", "d", "g"), "");
  expect((yield* until(wait, watcher)).sort()).toEqual(["changed w/c/d/b/f", "created w/c/d/g"]);
  // What happens in it right before is found at its new place.
  writeFileSync(path("w", "c", "d", "b", "h"), "");
  renameSync(path("w", "c", "d"), path("w", "e"));
  writeFileSync(path("w", "e", "b", "i"), "");
  expect(withoutChanges(yield* until(wait, watcher)).sort()).toEqual([
    "created w/e/b/h",
    "created w/e/b/i",
    "renamed w/c/d -> w/e/",
  ]);
});

both("what is below is not told unless asked for", function* ({ wait }) {
  mkdirSync(path("w", "a"), { recursive: true });
  const watcher = yield* wait(watch(path("w")));
  writeFileSync(path("w", "a", "f"), "");
  mkdirSync(path("w", "b"));
  writeFileSync(path("w", "b", "g"), "");
  expect(yield* until(wait, watcher)).toEqual(["created w/b/"]);
  rmSync(path("w", "a"), { recursive: true });
  expect(yield* until(wait, watcher)).toEqual(["removed w/a/"]);
});

both("a file, also when it is replaced, or gone for a while", function* ({ wait }) {
  mkdirSync(path("w"));
  writeFileSync(path("w", "f"), "1");
  writeFileSync(path("w", "other"), "");
  const watcher = yield* wait(watch(path("w", "f")));
  const next = function* (): Steps<string> {
    return short((yield* wait(watcher.next())).value!);
  };
  appendFileSync(path("w", "f"), "2");
  expect(yield* next()).toBe("changed w/f");
  appendFileSync(path("w", "other"), "not of interest");
  writeFileSync(path("w", "tmp"), "3");
  renameSync(path("w", "tmp"), path("w", "f"));
  expect(yield* next()).toBe("changed w/f");
  rmSync(path("w", "f"));
  expect(yield* next()).toBe("removed w/f");
  writeFileSync(path("w", "f"), "4");
  expect(yield* next()).toBe("created w/f");
  expect(watcher.statistics()).toMatchObject({ folders: 1, entries: 1 });
});

both(
  "a folder that is gone may come back; when the one that holds it goes, that is the end",
  function* ({ wait }) {
    mkdirSync(path("outer", "w", "a"), { recursive: true });
    writeFileSync(path("outer", "w", "a", "f"), "");
    const watcher = yield* wait(watch(path("outer", "w"), { recursive: true }));
    const next = function* (count: number): Steps<string[]> {
      const told: string[] = [];
      while (told.length < count) told.push(short((yield* wait(watcher.next())).value!));
      return told;
    };
    rmSync(path("outer", "w"), { recursive: true });
    expect(yield* next(3)).toEqual(["removed outer/w/a/f", "removed outer/w/a/", "removed outer/w/"]);
    mkdirSync(path("outer", "w"));
    writeFileSync(path("outer", "w", "new"), "");
    expect(yield* next(2)).toEqual(["created outer/w/", "created outer/w/new"]);
    rmSync(path("outer"), { recursive: true });
    expect(yield* next(2)).toEqual(["removed outer/w/new", "removed outer/w/"]);
    const error = yield* caught(wait(watcher.next()));
    expect(error).toBeInstanceOf(FileNotFoundError);
    expect(error).toMatchObject({ operation: "watch", path: path("outer", "w") });
  },
);

both("by a link: what it leads to, by the link's name", function* ({ wait }) {
  mkdirSync(path("real"));
  symlinkSync("real", path("w"));
  const watcher = yield* wait(watch(path("w"), { recursive: true }));
  writeFileSync(path("real", "f"), "");
  expect(withoutChanges(yield* until(wait, watcher))).toEqual(["created w/f"]);
});

both("what is left out", function* ({ wait }) {
  mkdirSync(path("w", "node_modules", "x"), { recursive: true });
  mkdirSync(path("w", "src"));
  const options: WatchOptions = { recursive: true, ignore: ["**/node_modules", "**/*.log"] };
  const watcher = yield* wait(watch(path("w"), options));
  expect(watcher.statistics().folders).toBe(3);
  writeFileSync(path("w", "node_modules", "x", "f"), "");
  writeFileSync(path("w", "src", "a.log"), "");
  writeFileSync(path("w", "src", "a.ts"), "");
  mkdirSync(path("w", "src", "node_modules"));
  expect(withoutChanges(yield* until(wait, watcher))).toEqual(["created w/src/a.ts"]);
  // A name that is not left out stands for what is new.
  renameSync(path("w", "src", "a.log"), path("w", "src", "b.txt"));
  expect(yield* until(wait, watcher)).toEqual(["created w/src/b.txt"]);
  const ignore: WatchOptions["ignore"] = (entry) => entry.isDirectory && entry.name === "src";
  const other = yield* wait(watch(path("w"), { recursive: true, ignore }));
  writeFileSync(path("w", "src", "c"), "");
  expect(withoutChanges(yield* until(wait, other))).toEqual([]);
});

both("with debounce, what happens in one go is told as one", function* ({ wait, fn }) {
  mkdirSync(path("w"));
  const watcher = yield* wait(watch(path("w"), { debounce: 50 }));
  yield* wait(
    taskGroup(
      fn(function* (group: TaskGroup) {
        const first = group.spawn(
          fn(function* (): Steps<string> {
            return short((yield* wait(watcher.next())).value!);
          }),
        );
        writeFileSync(path("w", "a"), "1");
        for (let i = 0; i < 5; i++) {
          yield* wait(turn());
          appendFileSync(path("w", "a"), "2");
          // Renamed until it has its name, and a neighbour that does not stay.
          writeFileSync(path("w", `t${i}`), "");
          yield* wait(turn());
          rmSync(path("w", `t${i}`));
        }
        expect(yield* wait(first.join())).toBe("created w/a");
      }),
    ),
  );
  expect(watcher.statistics().pending).toBe(0);
  expect(yield* caught(wait(watch(path("w"), { debounce: -1 })))).toBeInstanceOf(RangeError);
});

both("whoever is slow is told the outcome, and nothing piles up", function* ({ wait }) {
  mkdirSync(path("w"));
  const watcher = yield* wait(watch(path("w")));
  for (let i = 0; i < 3000; i++) {
    writeFileSync(path("w", `f${i % 10}`), "");
    if (i % 100 === 0) yield* wait(turn());
  }
  expect(watcher.statistics().marks).toBeLessThanOrEqual(10);
  const told = yield* until(wait, watcher);
  expect(told.sort()).toEqual(Array.from({ length: 10 }, (_, i) => `created w/f${i}`));
});

test(
  "when the system loses events, that is told, and what is there is found all the same",
  { timeout: 120_000 },
  async () => {
    if (!inotify) return;
    mkdirSync(path("w", "a"), { recursive: true });
    mkdirSync(path("w", "b"));
    await run(async () => {
      const watcher = await watch(path("w"), { recursive: true });
      // More than the system keeps, while we are not looking; the end of it is lost.
      const names = Array.from({ length: 20_000 }, (_, i) => `f${i}`);
      for (const name of names) closeSync(openSync(path("w", "a", name), "w"));
      writeFileSync(path("w", "b", "last"), "");
      const told = new Map<string, number>();
      while (told.size < 20_001 || !told.has("overflow w")) {
        const text = short((await watcher.next()).value!);
        if (!text.startsWith("changed")) told.set(text, (told.get(text) ?? 0) + 1);
      }
      expect([...told.values()].filter((count) => count > 1)).toEqual([]);
      expect(names.filter((name) => !told.has(`created w/a/${name}`))).toEqual([]);
      expect(watcher.statistics().overflows).toBeGreaterThanOrEqual(1);
      // It goes on as before.
      for (;;) {
        writeFileSync(path("w", "b", "~again"), "");
        const text = short((await watcher.next()).value!);
        if (text === "created w/b/~again") break;
        rmSync(path("w", "b", "~again"));
      }
    });
  },
);

both("cancelled, no event is lost", function* ({ wait, fn }) {
  mkdirSync(path("w"));
  const watcher = yield* wait(watch(path("w"), { recursive: true }));
  const told: string[] = [];
  for (let i = 0; i < 40; i++) {
    mkdirSync(path("w", `${i}`));
    writeFileSync(path("w", `${i}`, "f"), "");
    // Cancelled after some turns, wherever it is.
    yield* wait(
      cancelScope(
        fn(function* (scope: Scope) {
          let turns = 0;
          yield* wait(
            taskGroup(
              fn(function* (group: TaskGroup) {
                group.spawn(
                  fn(function* (): Steps<void> {
                    for (;;) told.push(short((yield* wait(watcher.next())).value!));
                  }),
                );
                while (turns++ < i % 7) yield* wait(turn());
                scope.cancel();
              }),
            ),
          );
        }),
      ),
    );
  }
  told.push(...(yield* until(wait, watcher)));
  const expected = Array.from({ length: 40 }, (_, i) => [`created w/${i}/`, `created w/${i}/f`]).flat();
  expect(withoutChanges(told).sort()).toEqual(expected.sort());
});

both(
  "it belongs to the scope; closed, whoever waits is told that there is no more",
  function* ({ wait, fn }) {
    mkdirSync(path("w", "a"), { recursive: true });
    const before = inotify ? watchCount() : 0;
    let inner: Watcher | undefined;
    yield* wait(
      cancelScope(
        fn(function* (_scope: Scope) {
          inner = yield* wait(watch(path("w"), { recursive: true }));
          expect(inner.statistics()).toEqual({ folders: 3, entries: 2, marks: 0, pending: 0, overflows: 0 });
        }),
      ),
    );
    expect(inner!.closed).toBe(true);
    expect(inner!.statistics().folders).toBe(0);
    expect(yield* wait(inner!.next())).toEqual({ value: undefined, done: true });
    yield* wait(
      withWatch(
        path("w"),
        fn(function* (watcher: Watcher) {
          yield* wait(
            taskGroup(
              fn(function* (group: TaskGroup) {
                const task = group.spawn(() => watcher.next());
                yield* wait(turn());
                yield* wait(watcher.close());
                expect(yield* wait(task.join())).toEqual({ value: undefined, done: true });
              }),
            ),
          );
          yield* wait(watcher.close());
        }),
      ),
    );
    if (inotify) expect(watchCount()).toBeLessThanOrEqual(Math.max(before, 1));
  },
);

test("is iterated over in both dialects; stopping early loses nothing", async () => {
  mkdirSync(path("w"));
  const told: string[] = [];
  await run(async () => {
    const watcher = await watch(path("w"));
    for (const name of ["a", "b", "c"]) mkdirSync(path("w", name));
    for await (const event of watcher) {
      told.push(short(event));
      break;
    }
    for await (const event of watcher) {
      told.push(short(event));
      if (told.length === 3) await watcher.close();
    }
  });
  expect(told).toEqual(["created w/a/", "created w/b/", "created w/c/"]);
  await run(function* () {
    const watcher = yield* watch(path("w"));
    rmSync(path("w", "a"), { recursive: true });
    yield* forEach(watcher, function* (event) {
      told.push(short(event));
      yield* watcher.close();
    });
  });
  expect(told.at(-1)).toBe("removed w/a/");
});

both("there must be something to watch, and places to watch by", function* ({ wait }) {
  const error = yield* caught(wait(watch(path("none"))));
  expect(error).toBeInstanceOf(FileNotFoundError);
  expect(error).toMatchObject({ operation: "watch", path: path("none") });
  expect(realpathSync(path("."))).toBe(path("."));
  const full = Object.assign(new Error("ENOSPC: System limit"), { code: "ENOSPC", syscall: "watch" });
  const limit = watchError(full, path("w"));
  expect(limit).toBeInstanceOf(WatchLimitError);
  expect(limit).toMatchObject({ code: "ENOSPC", operation: "watch", path: path("w"), cause: full });
  expect((limit as Error).message).toContain("fs.inotify.max_user_watches");
});
