import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { cancelScope, run } from "corio";
import { expect, test } from "vitest";
import {
  copyTree,
  FileError,
  FileExistsError,
  FileNotFoundError,
  NotADirectoryError,
  removeTree,
  SameFileError,
  UnsupportedOperationError,
} from "../../src/index.ts";
import { canCountDescriptors, openAfterSettling } from "../support/descriptors.ts";
import { both, caught } from "../support/dialects.ts";
import { tempFolder } from "../support/temp-folder.ts";

const path = tempFolder();

/** What is below a folder: names with content, or what a link says. */
function contentOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (below: string): void => {
    for (const name of readdirSync(`${folder}/${below}`)) {
      const at = `${folder}/${below}${name}`;
      const stats = lstatSync(at);
      if (stats.isDirectory()) {
        found[below + name] = "/";
        look(`${below}${name}/`);
      } else
        found[below + name] = stats.isSymbolicLink() ? `-> ${readlinkSync(at)}` : readFileSync(at, "utf8");
    }
  };
  look("");
  return found;
}

function tree(): void {
  mkdirSync(path("t", "a", "b"), { recursive: true });
  mkdirSync(path("t", "empty"));
  for (const name of ["t/1", "t/a/2", "t/a/b/3"]) writeFileSync(path(name), name);
  symlinkSync("../1", path("t", "a", "to-1"));
  symlinkSync("nowhere", path("t", "dangling"));
}

both("copies all that is in it; links as links, folders with their permissions", function* ({ wait }) {
  tree();
  chmodSync(path("t", "a", "b"), 0o500);
  chmodSync(path("t", "a", "2"), 0o640);
  chmodSync(path("t"), 0o711);
  const told: number[] = [];
  const progress = (done: number): void => void told.push(done);
  const copied = yield* wait(copyTree(path("t"), path("u"), { progress }));
  expect(copied).toEqual({ files: 3, folders: 4, links: 2, bytes: 15 });
  expect(told.at(-1)).toBe(15);
  expect(contentOf(path("u"))).toEqual(contentOf(path("t")));
  const modes = ["u", "u/a/b", "u/a/2"].map((name) => statSync(path(name)).mode & 0o7777);
  expect(modes).toEqual([0o711, 0o500, 0o640]);
});

both("keeps times of files and folders where asked", function* ({ wait }) {
  tree();
  for (const name of ["t/a/2", "t/a", "t"]) utimesSync(path(name), 1_000, 2_000);
  yield* wait(copyTree(path("t"), path("u"), { preserve: true }));
  for (const name of ["u/a/2", "u/a", "u"]) expect(statSync(path(name)).mtimeMs).toBe(2_000_000);
});

both("fills up what is there, where it may", function* ({ wait }) {
  tree();
  mkdirSync(path("u", "a"), { recursive: true });
  writeFileSync(path("u", "a", "2"), "old");
  writeFileSync(path("u", "a", "other"), "stays");
  chmodSync(path("u", "a"), 0o705);
  expect(yield* caught(wait(copyTree(path("t"), path("u"))))).toBeInstanceOf(FileExistsError);
  expect(contentOf(path("u"))).toEqual({ a: "/", "a/2": "old", "a/other": "stays" });
  const kept = copyTree(path("t"), path("u"), { existOk: true, overwrite: false });
  expect(yield* caught(wait(kept))).toBeInstanceOf(FileExistsError);
  expect(readFileSync(path("u", "a", "2"), "utf8")).toBe("old");
  yield* wait(copyTree(path("t"), path("u"), { existOk: true }));
  expect(contentOf(path("u"))).toEqual({ ...contentOf(path("t")), "a/other": "stays" });
  expect(statSync(path("u", "a")).mode & 0o777).toBe(0o705);
});

both("copies what it is told to, and what links lead to where asked", function* ({ wait }) {
  tree();
  mkdirSync(path("other", "deep"), { recursive: true });
  writeFileSync(path("other", "deep", "f"), "F");
  symlinkSync("../other", path("t", "out"));
  yield* wait(copyTree(path("t"), path("u"), { filter: (entry) => !["a", "dangling"].includes(entry.name) }));
  expect(contentOf(path("u"))).toEqual({ "1": "t/1", empty: "/", out: "-> ../other" });
  rmSync(path("t", "dangling"));
  const copied = yield* wait(copyTree(path("t"), path("v"), { followSymlinks: true }));
  expect(copied).toMatchObject({ files: 5, links: 0 });
  expect(contentOf(path("v"))).toMatchObject({
    "a/to-1": "t/1",
    out: "/",
    "out/deep": "/",
    "out/deep/f": "F",
  });
  // A link to a folder that it is in has no end.
  symlinkSync("..", path("t", "a", "up"));
  const endless = yield* caught(wait(copyTree(path("t"), path("w"), { followSymlinks: true })));
  expect(endless).toMatchObject({ code: "ELOOP", path: path("t", "a", "up") });
});

both("a tree is not copied into itself", function* ({ wait }) {
  tree();
  for (const into of ["t", "t/u", "t/a/b/u", "t/../t/a/u"]) {
    expect(yield* caught(wait(copyTree(path("t"), path(into), { existOk: true })))).toBeInstanceOf(
      SameFileError,
    );
  }
  symlinkSync("t/a", path("into"));
  expect(yield* caught(wait(copyTree(path("t"), path("into", "u"))))).toBeInstanceOf(SameFileError);
  // The source leads to the destination by a link.
  mkdirSync(path("out"));
  symlinkSync("../out", path("t", "link"));
  const led = copyTree(path("t"), path("out", "x"), {
    followSymlinks: true,
    filter: (entry) => entry.name !== "dangling",
  });
  expect(yield* caught(wait(led))).toBeInstanceOf(SameFileError);
  rmSync(path("out"), { recursive: true });
  rmSync(path("t", "link"));
  expect(Object.keys(contentOf(path("t")))).toHaveLength(8);
});

both("what cannot be copied is thrown, or told", function* ({ wait }) {
  tree();
  execFileSync("mkfifo", [path("t", "pipe")]);
  expect(yield* caught(wait(copyTree(path("none"), path("u"))))).toBeInstanceOf(FileNotFoundError);
  expect(yield* caught(wait(copyTree(path("t", "1"), path("u"))))).toBeInstanceOf(NotADirectoryError);
  expect(yield* caught(wait(copyTree(path("t"), path("u"))))).toBeInstanceOf(UnsupportedOperationError);
  const errors: Error[] = [];
  mkdirSync(path("v", "1"), { recursive: true });
  writeFileSync(path("v", "empty"), "a file in the place of a folder");
  const copied = yield* wait(
    copyTree(path("t"), path("v"), { existOk: true, onError: (error) => void errors.push(error) }),
  );
  expect(copied).toEqual({ files: 2, folders: 3, links: 2, bytes: 12 });
  expect(errors.map((error) => error.name).sort()).toEqual([
    "IsADirectoryError",
    "NotADirectoryError",
    "UnsupportedOperationError",
  ]);
});

test("survives what vanishes meanwhile", async () => {
  mkdirSync(path("t", "a"), { recursive: true });
  mkdirSync(path("t", "b"));
  for (let i = 0; i < 400; i++) writeFileSync(path("t", `${i}`), "x");
  writeFileSync(path("t", "a", "f"), "");
  let calls = 0;
  const copied = await run(() =>
    copyTree(path("t"), path("u"), {
      progress: () => {
        if (++calls > 1) return;
        rmSync(path("t", "a"), { recursive: true });
        for (let i = 0; i < 400; i++) rmSync(path("t", `${i}`));
      },
    }),
  );
  expect(copied.files).toBeLessThan(20);
  expect(copied.files).toBe(readdirSync(path("u")).length - 1);
  expect(existsSync(path("u", "b"))).toBe(true);
});

test("a link put in the place of a folder meanwhile leads nobody out, in neither tree", async () => {
  tree();
  mkdirSync(path("outside", "b"), { recursive: true });
  writeFileSync(path("outside", "secret"), "secret");
  let swapped = false;
  const swap = (folder: string) => (): void => {
    if (swapped) return;
    swapped = true;
    if (existsSync(path(folder))) renameSync(path(folder), path("moved"));
    symlinkSync("../outside", path(folder));
  };
  await run(async () => {
    // The source's `a`, after the files above it were copied: what is there now is no folder.
    await expect(copyTree(path("t"), path("u"), { progress: swap("t/a") })).rejects.toThrow(
      NotADirectoryError,
    );
    expect(contentOf(path("u"))["a/secret"]).toBeUndefined();
    rmSync(path("t", "a"));
    renameSync(path("moved"), path("t", "a"));
    swapped = false;
    // The destination's.
    const into = copyTree(path("t"), path("v"), { existOk: true, progress: swap("v/a") });
    await expect(into).rejects.toThrow(FileError);
  });
  expect(readdirSync(path("outside")).sort()).toEqual(["b", "secret"]);
});

test("goes as deep as it must", async () => {
  const cwd = process.cwd();
  mkdirSync(path("t"));
  try {
    process.chdir(path("t"));
    for (let i = 0; i < 60; i++) {
      mkdirSync("d".repeat(100));
      process.chdir("d".repeat(100));
    }
    writeFileSync("f", "deep");
  } finally {
    process.chdir(cwd);
  }
  await run(async () => {
    expect(await copyTree(path("t"), path("u"))).toEqual({ files: 1, folders: 61, links: 0, bytes: 4 });
    expect(await removeTree(path("u"))).toEqual({ files: 1, folders: 61 });
    await removeTree(path("t"));
  });
  if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
});

test("names need not be UTF-8", async () => {
  const raw = (folder: string): Buffer =>
    Buffer.concat([Buffer.from(`${path(folder)}/`), Buffer.from([0xff])]);
  mkdirSync(path("t"));
  mkdirSync(raw("t"));
  writeFileSync(Buffer.concat([raw("t"), Buffer.from("/é\xe9", "latin1")]), "content");
  await run(() => copyTree(path("t"), path("u")));
  expect(readdirSync(raw("u"), { encoding: "buffer" })).toEqual(
    readdirSync(raw("t"), { encoding: "buffer" }),
  );
});

test("cancelled, every file that is there is whole, and no descriptor is left", async () => {
  for (let i = 0; i < 100; i++) {
    mkdirSync(path("t", `${i % 5}`), { recursive: true });
    writeFileSync(path("t", `${i % 5}`, `${i}`), "x".repeat(100_000));
  }
  let files = 0;
  await run(() =>
    cancelScope(async (scope) => {
      await copyTree(path("t"), path("u"), { progress: () => void (++files === 30 && scope.cancel()) });
    }),
  );
  expect(files).toBeGreaterThanOrEqual(30);
  const there = contentOf(path("u"));
  const contents = Object.values(there).filter((content) => content !== "/");
  expect(contents.length).toBeGreaterThanOrEqual(20);
  expect(contents.length).toBeLessThan(100);
  expect(new Set(contents)).toEqual(new Set(["x".repeat(100_000)]));
  expect(Object.keys(there).filter((name) => name.includes(".tmp"))).toEqual([]);
  if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
});
