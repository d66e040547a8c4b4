import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { cancelScope, gather, run } from "corio";
import { expect, test } from "vitest";
import {
  FileNotFoundError,
  PermissionDeniedError,
  removeTree,
  UnsupportedOperationError,
  type FileError,
} from "../src/index.ts";
import { canCountDescriptors, openAfterSettling } from "./support/descriptors.ts";
import { both, caught } from "./support/dialects.ts";
import { asPlainUser } from "./support/other-user.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

function tree(): void {
  mkdirSync(path("t", "a", "b"), { recursive: true });
  for (const name of ["t/1", "t/a/2", "t/a/b/3"]) writeFileSync(path(name), name);
  symlinkSync("..", path("t", "a", "up"));
  symlinkSync("nowhere", path("t", "dangling"));
}

both("removes all below, and links instead of what they lead to", function* ({ wait }) {
  tree();
  mkdirSync(path("kept"));
  writeFileSync(path("kept", "f"), "");
  symlinkSync(path("kept"), path("t", "link"));
  const told: number[] = [];
  const removed = yield* wait(removeTree(path("t"), { progress: (done) => void told.push(done) }));
  expect(removed).toEqual({ files: 6, folders: 3 });
  expect(told.at(-1)).toBe(9);
  expect(readdirSync(path("."))).toEqual(["kept"]);
  expect(existsSync(path("kept", "f"))).toBe(true);
  const error = yield* caught(wait(removeTree(path("t"))));
  expect(error).toBeInstanceOf(FileNotFoundError);
  expect(error).toMatchObject({ path: path("t") });
  expect(yield* wait(removeTree(path("t"), { missingOk: true }))).toEqual({ files: 0, folders: 0 });
  yield* wait(removeTree(path("kept", "f")));
  symlinkSync("kept", path("to-folder"));
  yield* wait(removeTree(path("to-folder")));
  expect(readdirSync(path("."))).toEqual(["kept"]);
  expect(yield* caught(wait(removeTree("/")))).toBeInstanceOf(UnsupportedOperationError);
});

test("goes as deep as it must, past the longest path that the system takes", async () => {
  const cwd = process.cwd();
  mkdirSync(path("t"));
  try {
    process.chdir(path("t"));
    for (let i = 0; i < 100; i++) {
      mkdirSync("d".repeat(100));
      process.chdir("d".repeat(100));
    }
  } finally {
    process.chdir(cwd);
  }
  expect(await run(() => removeTree(path("t")))).toEqual({ files: 0, folders: 101 });
  expect(existsSync(path("t"))).toBe(false);
});

test("names need not be UTF-8", async () => {
  mkdirSync(path("t"));
  const raw = Buffer.concat([Buffer.from(`${path("t")}/`), Buffer.from([0xff, 0xfe])]);
  writeFileSync(raw, "");
  mkdirSync(Buffer.concat([raw, Buffer.from("d")]));
  writeFileSync(Buffer.concat([raw, Buffer.from("d/\xe9", "latin1")]), "");
  writeFileSync(path("t", "é"), "");
  expect(await run(() => removeTree(path("t")))).toEqual({ files: 3, folders: 2 });
});

test("two that remove the same tree do not mind each other", async () => {
  for (let i = 0; i < 20; i++) {
    mkdirSync(path("t", `${i}`), { recursive: true });
    for (let j = 0; j < 30; j++) writeFileSync(path("t", `${i}`, `${j}`), "");
  }
  const removed = await run(() =>
    gather([removeTree(path("t"), { missingOk: true }), removeTree(path("t"), { missingOk: true })]),
  );
  expect(removed[0].files + removed[1].files).toBe(600);
  expect(existsSync(path("t"))).toBe(false);
});

test("a link put in the place of a folder meanwhile leads nobody out", async () => {
  tree();
  mkdirSync(path("outside", "b"), { recursive: true });
  for (const name of ["precious", "b/precious"]) writeFileSync(path("outside", name), "kept");
  let swapped = false;
  // Told first when the files of `t` are gone, and it is about to go into `a`.
  await run(() =>
    removeTree(path("t"), {
      progress: () => {
        if (swapped) return;
        swapped = true;
        renameSync(path("t", "a"), path("moved"));
        symlinkSync("../outside", path("t", "a"));
      },
    }),
  );
  expect(swapped).toBe(true);
  expect(existsSync(path("t"))).toBe(false);
  expect(readdirSync(path("outside")).sort()).toEqual(["b", "precious"]);
  expect(readdirSync(path("moved")).sort()).toEqual(["2", "b", "up"]);
});

test("nor does one that is put in the way to where it is at work", async () => {
  mkdirSync(path("t", "a", "b"), { recursive: true });
  mkdirSync(path("outside", "b"), { recursive: true });
  for (let i = 0; i < 600; i++) {
    writeFileSync(path("t", "a", "b", `${i}`), "");
    writeFileSync(path("outside", "b", `${i}`), "kept");
  }
  let calls = 0;
  await run(() =>
    removeTree(path("t"), {
      // First when a part of `b` is gone.
      progress: () => {
        if (++calls > 1) return;
        renameSync(path("t", "a"), path("moved"));
        symlinkSync("../outside", path("t", "a"));
      },
    }),
  );
  expect(existsSync(path("t"))).toBe(false);
  expect(readdirSync(path("outside", "b"))).toHaveLength(600);
  // What it was at work in is emptied, wherever it is now.
  expect(readdirSync(path("moved"))).toEqual([]);
});

test("what cannot be removed is thrown, or told; with force the owner's own folders are opened", async () => {
  await asPlainUser(path("."), async () => {
    mkdirSync(path("t", "closed", "below"), { recursive: true });
    mkdirSync(path("t", "open"));
    for (const name of ["closed/f", "closed/below/g", "open/h"]) writeFileSync(path("t", name), "");
    chmodSync(path("t", "closed", "below"), 0);
    chmodSync(path("t", "closed"), 0o500);
    await run(async () => {
      await expect(removeTree(path("t", "closed"))).rejects.toThrow(PermissionDeniedError);
      const errors: FileError[] = [];
      await removeTree(path("t"), { onError: (error) => errors.push(error) });
      expect(errors.map((error) => error.code)).toEqual(["EACCES", "EACCES"]);
      expect(errors.map((error) => error.path).sort()).toEqual([
        path("t", "closed", "below"),
        path("t", "closed", "f"),
      ]);
      expect(readdirSync(path("t"))).toEqual(["closed"]);
      await removeTree(path("t"), { force: true });
    });
    expect(existsSync(path("t"))).toBe(false);
  });
});

test("with force a link in the place of a closed folder opens nothing else", async () => {
  await asPlainUser(path("."), async () => {
    mkdirSync(path("t"));
    mkdirSync(path("other"));
    chmodSync(path("other"), 0o500);
    symlinkSync("../other", path("t", "link"));
    await run(() => removeTree(path("t"), { force: true }));
    expect(() => writeFileSync(path("other", "f"), "")).toThrow("EACCES");
  });
});

test("cancelled, it leaves the rest, and no descriptor", async () => {
  for (let i = 0; i < 4; i++) {
    mkdirSync(path("t", `${i}`), { recursive: true });
    for (let j = 0; j < 100; j++) writeFileSync(path("t", `${i}`, `${j}`), "");
  }
  await run(async () => {
    await cancelScope(async (scope) => {
      await removeTree(path("t"), { progress: () => void scope.cancel() });
    });
  });
  if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
  expect(readdirSync(path("t")).length).toBeGreaterThan(1);
  expect(readFileSync(path("t", readdirSync(path("t"))[0]!, "0"), "utf8")).toBe("");
});
