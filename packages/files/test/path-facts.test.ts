import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { pathToFileURL } from "node:url";
import { cancelScope, type Awaitable } from "corio";
import { expect } from "vitest";
import {
  abspath,
  exists,
  FileError,
  FileNotFoundError,
  getatime,
  getctime,
  getmtime,
  getsize,
  isdir,
  isfile,
  islink,
  ismount,
  open,
  samefile,
  sameopenfile,
} from "../src/index.ts";
import { both, caught } from "./support/dialects.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

both("what is there, and what it is", function* ({ wait }) {
  mkdirSync(path("d"));
  writeFileSync(path("d", "f"), "abc");
  symlinkSync("f", path("d", "to-file"));
  symlinkSync(".", path("d", "to-folder"));
  symlinkSync("nowhere", path("d", "dangling"));
  symlinkSync("loop", path("d", "loop"));
  const ask = function* (name: string): Generator<unknown, boolean[], unknown> {
    const answers: boolean[] = [];
    for (const question of [exists, isfile, isdir, islink]) {
      answers.push(yield* wait(question(path("d", name))));
    }
    return answers;
  };
  expect(yield* ask("f")).toEqual([true, true, false, false]);
  expect(yield* ask(".")).toEqual([true, false, true, false]);
  expect(yield* ask("to-file")).toEqual([true, true, false, true]);
  expect(yield* ask("to-folder")).toEqual([true, false, true, true]);
  expect(yield* ask("dangling")).toEqual([false, false, false, true]);
  expect(yield* ask("loop")).toEqual([false, false, false, true]);
  expect(yield* ask("none")).toEqual([false, false, false, false]);
  expect(yield* ask("f/below")).toEqual([false, false, false, false]);
  expect(yield* ask("x".repeat(300))).toEqual([false, false, false, false]);
  expect(yield* wait(isfile(pathToFileURL(path("d", "f"))))).toBe(true);
});

both("sizes and times, in bytes and milliseconds", function* ({ wait }) {
  writeFileSync(path("f"), "12345");
  utimesSync(path("f"), 1_000_000.25, 2_000_000.5);
  symlinkSync("f", path("link"));
  expect(yield* wait(getsize(path("link")))).toBe(5);
  expect(yield* wait(getatime(path("f")))).toBeCloseTo(1_000_000_250, 0);
  expect(yield* wait(getmtime(path("f")))).toBeCloseTo(2_000_000_500, 0);
  expect(yield* wait(getctime(path("f")))).toBe(statSync(path("f")).ctimeMs);
  for (const question of [getsize, getatime, getmtime, getctime]) {
    const error = yield* caught(wait(question(path("none"))));
    expect(error).toBeInstanceOf(FileNotFoundError);
    expect(error).toMatchObject({ code: "ENOENT", operation: "stat", path: path("none") });
  }
});

both("whether it is the same file, by path and when open", function* ({ wait }) {
  writeFileSync(path("f"), "");
  writeFileSync(path("g"), "");
  linkSync(path("f"), path("second"));
  symlinkSync("f", path("link"));
  expect(yield* wait(samefile(path("f"), path("second")))).toBe(true);
  expect(yield* wait(samefile(path("link"), path("f")))).toBe(true);
  expect(yield* wait(samefile(path("f"), path("g")))).toBe(false);
  expect(yield* caught(wait(samefile(path("f"), path("none"))))).toBeInstanceOf(FileNotFoundError);
  const fd = openSync(path("second"), "r");
  const file = yield* wait(open(path("f")));
  expect(yield* wait(sameopenfile(file, fd))).toBe(true);
  expect(yield* wait(sameopenfile(fd, fd))).toBe(true);
  const other = yield* wait(open(path("g"), "rb"));
  expect(yield* wait(sameopenfile(fd, other))).toBe(false);
  closeSync(fd);
  expect(yield* caught(wait(sameopenfile(fd, other)))).toMatchObject({ code: "EBADF", operation: "stat" });
});

both("where file systems are mounted", function* ({ wait }) {
  expect(yield* wait(ismount("/"))).toBe(true);
  // Another device than the folder above it, where there is one.
  const proc = lstatSync("/proc", { throwIfNoEntry: false });
  if (proc !== undefined) expect(yield* wait(ismount("/proc"))).toBe(proc.dev !== lstatSync("/").dev);
  symlinkSync("/", path("link"));
  writeFileSync(path("f"), "");
  for (const name of ["link", "f", "none", "."]) {
    expect(yield* wait(ismount(path(name)))).toBe(false);
  }
});

both("a path from the root", function* ({ wait }) {
  expect(yield* wait(abspath("a/../b"))).toBe(`${process.cwd()}/b`);
  expect(yield* wait(abspath("/x//y/./z/.."))).toBe("/x/y");
  expect(realpathSync(yield* wait(abspath(path("."))))).toBe(realpathSync(path(".")));
});

both("each question is a cancel point, also one that asks nobody", function* ({ fn, wait }) {
  writeFileSync(path("f"), "");
  const questions: (() => Awaitable<unknown>)[] = [
    () => exists(path("f")),
    () => ismount("/"),
    () => getsize(path("f")),
    () => samefile(path("f"), path("f")),
    () => sameopenfile(0, 0),
    () => abspath("x"),
  ];
  for (const question of questions) {
    let answered = false;
    yield* wait(
      cancelScope(
        fn(function* (scope: { cancel(): boolean }) {
          scope.cancel();
          yield* wait(question());
          answered = true;
        }),
      ),
    );
    expect(answered).toBe(false);
  }
});

both("what can be no path is refused before anything is asked", function* ({ wait }) {
  expect(() => exists("a\0b")).toThrow(TypeError);
  expect(() => getsize(7 as never)).toThrow("Cannot use number as a path");
  expect(() => abspath(null as never)).toThrow(TypeError);
  expect(() => exists(new URL("http://x/"))).toThrow(TypeError);
  const error = yield* caught(wait(getsize(path("f".repeat(300)))));
  expect(error).toBeInstanceOf(FileError);
  expect(error).toMatchObject({ code: "ENAMETOOLONG" });
});
