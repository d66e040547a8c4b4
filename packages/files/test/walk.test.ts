import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cancelScope, forEach, run } from "corio";
import { expect, test } from "vitest";
import {
  FileClosedError,
  FileNotFoundError,
  NotADirectoryError,
  removeTree,
  walk,
  type Entry,
} from "../src/index.ts";
import { canCountDescriptors, openAfterSettling } from "./support/descriptors.ts";
import { both, caught } from "./support/dialects.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

function tree(): void {
  mkdirSync(path("t", "a", "b"), { recursive: true });
  for (const name of ["t/1", "t/a/2", "t/a/b/3"]) writeFileSync(path(name), name);
  symlinkSync("..", path("t", "a", "up"));
  symlinkSync("nowhere", path("t", "dangling"));
}

both("gives every entry, parents first", function* ({ wait, fn }) {
  tree();
  const seen: Entry[] = [];
  yield* wait(
    forEach(
      walk(path("t")),
      fn(function* (entry: Entry) {
        seen.push(entry);
      }),
    ),
  );
  const paths = seen.map((entry) => entry.path);
  expect([...paths].sort()).toEqual(
    ["t/1", "t/a", "t/a/2", "t/a/b", "t/a/b/3", "t/a/up", "t/dangling"].map((name) => path(name)),
  );
  for (const entry of paths) {
    const parent = entry.slice(0, entry.lastIndexOf("/"));
    if (parent !== path("t")) expect(paths.indexOf(parent)).toBeLessThan(paths.indexOf(entry));
  }
  expect(seen.find((entry) => entry.name === "up")).toMatchObject({
    isSymbolicLink: true,
    isDirectory: false,
  });
});

test("for await takes it as it is, and leaves it early", async () => {
  tree();
  await run(async () => {
    const names: string[] = [];
    for await (const entry of walk(path("t"))) names.push(entry.name);
    expect(names.sort()).toEqual(["1", "2", "3", "a", "b", "dangling", "up"]);
    const steps = walk(path("t"));
    for await (const _ of steps) break;
    expect(steps.statistics()).toEqual({ given: 1, seen: 1, folders: 1, depth: 0 });
  });
});

test("is lazy: folders are read one by one, when their first entry is asked for (files 10)", async () => {
  for (let i = 0; i < 5; i++) {
    mkdirSync(path(`${i}`));
    writeFileSync(path(`${i}`, "f"), "");
  }
  await run(async () => {
    const steps = walk(path("."));
    const iterator = steps[Symbol.asyncIterator]();
    expect(steps.statistics().folders).toBe(0);
    const folders: number[] = [];
    while (!(await iterator.next()).done) folders.push(steps.statistics().folders);
    // The root, then each folder after it was given.
    expect(folders).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6]);
  });
});

test("goes only into folders that it is let into", async () => {
  tree();
  await run(async () => {
    const names: string[] = [];
    const asked: string[] = [];
    const enter = (folder: Entry): boolean => asked.push(folder.name) > 0 && folder.name !== "b";
    for await (const entry of walk(path("t"), { enter })) names.push(entry.name);
    expect(names.sort()).toEqual(["1", "2", "a", "b", "dangling", "up"]);
    expect(asked).toEqual(["a", "b"]);
  });
});

test("follows links only when asked, and not into a folder that it is in (files 10)", async () => {
  tree();
  mkdirSync(path("other", "deep"), { recursive: true });
  writeFileSync(path("other", "deep", "f"), "");
  symlinkSync("../other", path("t", "out"));
  symlinkSync("../other", path("t", "out2"));
  symlinkSync("../t", path("other", "back"));
  symlinkSync("self", path("t", "self"));
  const names = async (followSymlinks: boolean): Promise<string[]> => {
    const found: string[] = [];
    await run(() =>
      forEach(walk(path("t"), { followSymlinks }), ({ path: at }) =>
        found.push(at.slice(path("t").length + 1)),
      ),
    );
    return found.sort();
  };
  const plain = ["1", "a", "a/2", "a/b", "a/b/3", "a/up", "dangling", "out", "out2", "self"];
  expect(await names(false)).toEqual(plain);
  // The same folder by two ways is given by both: what is given does not depend on the order.
  const below = ["out", "out2"].flatMap((out) => [`${out}/back`, `${out}/deep`, `${out}/deep/f`]);
  expect(await names(true)).toEqual([...plain, ...below].sort());
});

test("survives folders that vanish, or become something else, on the way (files 10)", async () => {
  tree();
  await run(async () => {
    const names: string[] = [];
    for await (const entry of walk(path("t"))) {
      names.push(entry.name);
      if (entry.name === "a") rmSync(path("t", "a"), { recursive: true });
    }
    expect(names.sort()).toEqual(["1", "a", "dangling"]);
    mkdirSync(path("t", "a"));
    for await (const entry of walk(path("t"))) {
      if (entry.name !== "a") continue;
      rmSync(path("t", "a"), { recursive: true });
      // A link in its place leads nowhere out of the tree.
      symlinkSync("/", path("t", "a"));
    }
  });
});

both("the folder itself must be there", function* ({ wait }) {
  const next = (name: string): unknown => walk(path(name))[Symbol.asyncIterator]().next();
  expect(yield* caught(wait(next("none") as never))).toBeInstanceOf(FileNotFoundError);
  writeFileSync(path("f"), "");
  expect(yield* caught(wait(next("f") as never))).toBeInstanceOf(NotADirectoryError);
});

test("what cannot be read is thrown, or told", async () => {
  mkdirSync(path("x".repeat(200)));
  let deep = path("x".repeat(200));
  // A path that is longer than the system takes.
  const names: string[] = [];
  const cwd = process.cwd();
  try {
    process.chdir(deep);
    for (let i = 0; i < 25; i++) {
      mkdirSync("y".repeat(200));
      process.chdir("y".repeat(200));
    }
  } finally {
    process.chdir(cwd);
  }
  await run(async () => {
    const all = async (): Promise<void> => {
      for await (const entry of walk(path("."))) names.push(entry.name);
    };
    await expect(all()).rejects.toMatchObject({ code: "ENAMETOOLONG", operation: "scandir" });
    const errors: string[] = [];
    for await (const entry of walk(path("."), { onError: (error) => errors.push(error.code) }))
      deep = entry.path;
    expect(errors).toEqual(["ENAMETOOLONG"]);
    expect(deep.length).toBeGreaterThan(3000);
    await removeTree(path("x".repeat(200)));
  });
});

test("a huge folder is read in blocks, and its descriptor is let go", { timeout: 120_000 }, async () => {
  const count = 14_000;
  mkdirSync(path("huge"));
  for (let i = 0; i < count; i++) closeSync(openSync(path("huge", `a-name-that-takes-some-room-${i}`), "w"));
  const open = async (): Promise<string[]> => (canCountDescriptors ? openAfterSettling(path(".")) : []);
  let left: AsyncIterator<Entry> | undefined;
  await run(async () => {
    const names = new Set<string>();
    for await (const entry of walk(path("huge"))) names.add(entry.name);
    expect(names.size).toBe(count);
    expect(await open()).toEqual([]);
    // Left by `break`.
    for await (const _ of walk(path("huge"))) break;
    expect(await open()).toEqual([]);
    // Left by nobody: closed with the scope.
    await cancelScope(async () => {
      left = walk(path("huge"))[Symbol.asyncIterator]();
      await left.next();
    });
    expect(await open()).toEqual([]);
    await expect(
      (async () => {
        while (!(await left!.next()).done);
      })(),
    ).rejects.toThrow(FileClosedError);
  });
});
