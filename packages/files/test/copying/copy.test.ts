import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  ftruncateSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { cancelScope, run } from "corio";
import { expect, test } from "vitest";
import {
  copy,
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  SameFileError,
  UnsupportedOperationError,
} from "../../src/index.ts";
import { canCountDescriptors, openAfterSettling } from "../support/descriptors.ts";
import { both, caught } from "../support/dialects.ts";
import { Random } from "../support/random.ts";
import { tempFolder } from "../support/temp-folder.ts";

const path = tempFolder();
const megabyte = 1024 * 1024;

both("copies content and permissions, and replaces what is there", function* ({ wait }) {
  writeFileSync(path("a"), "content");
  chmodSync(path("a"), 0o751);
  expect(yield* wait(copy(path("a"), path("b")))).toBe(7);
  expect(readFileSync(path("b"), "utf8")).toBe("content");
  expect(statSync(path("b")).mode & 0o7777).toBe(0o751);
  writeFileSync(path("a"), "");
  chmodSync(path("a"), 0o4640);
  expect(yield* wait(copy(path("a"), path("b")))).toBe(0);
  expect(readFileSync(path("b"), "utf8")).toBe("");
  // A program that takes its owner's rights does not do so for the copy's owner.
  expect(statSync(path("b")).mode & 0o7777).toBe(0o640);
  expect(readdirSync(path(".")).sort()).toEqual(["a", "b"]);
});

both("keeps times and owner where asked", function* ({ wait }) {
  writeFileSync(path("a"), "x");
  utimesSync(path("a"), 1_000_000.125, 2_000_000.75);
  chmodSync(path("a"), 0o604);
  yield* wait(copy(path("a"), path("b"), { preserve: true }));
  const [from, to] = [statSync(path("a")), statSync(path("b"))];
  expect([to.atimeMs, to.mtimeMs, to.mode, to.uid]).toEqual([
    1_000_000_125,
    2_000_000_750,
    from.mode,
    from.uid,
  ]);
});

both("does not replace what is there unless it may", function* ({ wait }) {
  writeFileSync(path("a"), "new");
  writeFileSync(path("b"), "old");
  symlinkSync("nowhere", path("link"));
  const error = yield* caught(wait(copy(path("a"), path("b"), { overwrite: false })));
  expect(error).toBeInstanceOf(FileExistsError);
  expect(error).toMatchObject({ operation: "copy", path: path("a"), destination: path("b") });
  expect(readFileSync(path("b"), "utf8")).toBe("old");
  const taken = copy(path("a"), path("link"), { overwrite: false, followSymlinks: false });
  expect(yield* caught(wait(taken))).toBeInstanceOf(FileExistsError);
  yield* wait(copy(path("a"), path("c"), { overwrite: false }));
  expect(readFileSync(path("c"), "utf8")).toBe("new");
  expect(statSync(path("c")).nlink).toBe(1);
  expect(readdirSync(path(".")).sort()).toEqual(["a", "b", "c", "link"]);
});

test("one that comes into its place meanwhile is not replaced either", async () => {
  writeFileSync(path("a"), Buffer.alloc(megabyte));
  await run(async () => {
    const progress = (): void => writeFileSync(path("b"), "theirs");
    await expect(copy(path("a"), path("b"), { overwrite: false, progress })).rejects.toThrow(FileExistsError);
  });
  expect(readFileSync(path("b"), "utf8")).toBe("theirs");
  expect(readdirSync(path(".")).sort()).toEqual(["a", "b"]);
});

both("large files, with progress; sizes around the pieces", function* ({ wait }) {
  const random = new Random(5);
  const piece = random.bytes(megabyte);
  for (const size of [1, megabyte - 1, megabyte, megabyte + 1, 3 * megabyte, 70 * megabyte + 7]) {
    const content = Buffer.alloc(size, piece);
    // Not the same all over.
    for (let at = 0; at < size; at += megabyte) content.writeUInt8((at / megabyte) % 256, at);
    writeFileSync(path("a"), content);
    const told: (readonly [number, number | undefined])[] = [];
    const copied = yield* wait(
      copy(path("a"), path("b"), { progress: (done, total) => void told.push([done, total]) }),
    );
    expect(copied).toBe(size);
    expect(readFileSync(path("b")).equals(content)).toBe(true);
    expect(told.at(-1)).toEqual([size, size]);
    expect(told.every(([done], i) => i === 0 || done >= told[i - 1]![0])).toBe(true);
    // 32 MiB at a time.
    expect(told.length).toBe(Math.max(1, Math.ceil(size / (32 * megabyte))));
  }
});

test("files that do not know their size are copied to their end (files 12)", async () => {
  if (!existsSync("/proc/self/maps")) return;
  await run(async () => {
    expect(await copy("/proc/filesystems", path("f"))).toBeGreaterThan(10);
    expect(readFileSync(path("f"), "utf8")).toBe(readFileSync("/proc/filesystems", "utf8"));
  });
});

test("holes stay holes", async () => {
  const size = 20 * megabyte + 5;
  const fd = openSync(path("a"), "w");
  writeSync(fd, "begin", 0);
  writeSync(fd, "middle", 10 * megabyte);
  ftruncateSync(fd, size);
  closeSync(fd);
  const from = statSync(path("a"));
  await run(() => copy(path("a"), path("b")));
  const to = statSync(path("b"));
  expect(to.size).toBe(size);
  expect(readFileSync(path("b")).equals(readFileSync(path("a")))).toBe(true);
  // Where the file system has holes at all.
  if (from.blocks * 512 < megabyte) expect(to.blocks * 512).toBeLessThan(5 * megabyte);
});

both("links are followed, in both places, unless they are meant", function* ({ wait }) {
  mkdirSync(path("d"));
  writeFileSync(path("a"), "A");
  writeFileSync(path("d", "old"), "old");
  symlinkSync("a", path("to-a"));
  symlinkSync("d/old", path("to-old"));
  symlinkSync("d/new", path("to-new"));
  yield* wait(copy(path("to-a"), path("to-old")));
  yield* wait(copy(path("to-a"), path("to-new")));
  expect(readFileSync(path("d", "old"), "utf8") + readFileSync(path("d", "new"), "utf8")).toBe("AA");
  expect(lstatSync(path("to-old")).isSymbolicLink()).toBe(true);
  yield* wait(copy(path("to-a"), path("to-old"), { followSymlinks: false }));
  expect(readlinkSync(path("to-old"))).toBe("a");
  expect(readFileSync(path("d", "old"), "utf8")).toBe("A");
  yield* wait(copy(path("a"), path("to-new"), { followSymlinks: false }));
  expect(lstatSync(path("to-new")).isFile()).toBe(true);
  expect(readdirSync(path(".")).sort()).toEqual(["a", "d", "to-a", "to-new", "to-old"]);
});

both("what cannot be copied, or would be gone, is refused", function* ({ wait }) {
  writeFileSync(path("a"), "A");
  mkdirSync(path("d"));
  execFileSync("mkfifo", [path("pipe")]);
  expect(yield* caught(wait(copy(path("d"), path("x"))))).toBeInstanceOf(IsADirectoryError);
  expect(yield* caught(wait(copy(path("a"), path("d"))))).toBeInstanceOf(IsADirectoryError);
  expect(yield* caught(wait(copy(path("pipe"), path("x"))))).toBeInstanceOf(UnsupportedOperationError);
  expect(yield* caught(wait(copy(path("a"), path("pipe"))))).toBeInstanceOf(UnsupportedOperationError);
  const none = yield* caught(wait(copy(path("none"), path("x"))));
  expect(none).toBeInstanceOf(FileNotFoundError);
  expect(none).toMatchObject({ operation: "copy", path: path("none"), destination: path("x") });
  expect(yield* caught(wait(copy(path("a"), path("none", "x"))))).toBeInstanceOf(FileNotFoundError);
  linkSync(path("a"), path("second"));
  const same = yield* caught(wait(copy(path("a"), path("second"))));
  expect(same).toBeInstanceOf(SameFileError);
  expect(same).toMatchObject({ code: "ERR_SAME_FILE", path: path("a"), destination: path("second") });
  expect(yield* caught(wait(copy(path("a"), path("a"))))).toBeInstanceOf(SameFileError);
  expect(readFileSync(path("a"), "utf8")).toBe("A");
  expect(readdirSync(path(".")).sort()).toEqual(["a", "d", "pipe", "second"]);
});

test("cancelled or failed, the destination is as before, and nothing else is left", async () => {
  writeFileSync(path("a"), Buffer.alloc(80 * megabyte, "n"));
  writeFileSync(path("b"), "old");
  await run(async () => {
    let waves = 0;
    await cancelScope(async (scope) => {
      await copy(path("a"), path("b"), {
        progress: () => {
          waves++;
          scope.cancel();
        },
      });
    });
    expect(waves).toBe(1);
    const failing = (): void => {
      throw new Error("mine");
    };
    await expect(copy(path("a"), path("b"), { progress: failing })).rejects.toThrow("mine");
    await expect(copy(path("a"), path("c"), { progress: failing })).rejects.toThrow("mine");
  });
  expect(readFileSync(path("b"), "utf8")).toBe("old");
  expect(readdirSync(path(".")).sort()).toEqual(["a", "b"]);
  if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
});
