import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { expect } from "vitest";
import {
  access,
  F_OK,
  FileError,
  FileExistsError,
  FileNotFoundError,
  getcwd,
  IsADirectoryError,
  link,
  open,
  R_OK,
  readlink,
  remove,
  removedirs,
  rename,
  renames,
  replace,
  sendfile,
  stat,
  statvfs,
  symlink,
  unlink,
  W_OK,
  X_OK,
} from "../src/index.ts";
import { both, caught } from "./support/dialects.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

both("stat tells what is known, through links or of them", function* ({ wait }) {
  writeFileSync(path("f"), "abc");
  symlinkSync("f", path("link"));
  expect((yield* wait(stat(path("link")))).size).toBe(3);
  expect((yield* wait(stat(path("link"), { followSymlinks: false }))).isSymbolicLink()).toBe(true);
  expect(yield* caught(wait(stat(path("none"))))).toBeInstanceOf(FileNotFoundError);
});

both("statvfs tells of the file system", function* ({ wait }) {
  const facts = yield* wait(statvfs(path(".")));
  expect(facts.bsize).toBeGreaterThan(0);
  expect(facts.blocks).toBeGreaterThanOrEqual(facts.bfree);
  expect(yield* caught(wait(statvfs(path("none"))))).toMatchObject({ code: "ENOENT", operation: "statvfs" });
});

both("access answers, and does not throw", function* ({ wait }) {
  writeFileSync(path("f"), "");
  chmodSync(path("f"), 0o600);
  const ask = (name: string, mode?: number): Generator<unknown, boolean, unknown> =>
    wait(access(path(name), mode));
  expect(yield* ask("f")).toBe(true);
  expect(yield* ask("f", F_OK)).toBe(true);
  expect(yield* ask("f", R_OK | W_OK)).toBe(true);
  // Nobody may run what nobody may run, root included.
  expect(yield* ask("f", X_OK)).toBe(false);
  chmodSync(path("f"), 0o700);
  expect(yield* ask("f", X_OK)).toBe(true);
  expect(yield* ask("none")).toBe(false);
  expect(yield* ask("f/below")).toBe(false);
});

both("files are renamed, replaced and removed; an error names both paths (files 11)", function* ({ wait }) {
  writeFileSync(path("a"), "A");
  writeFileSync(path("b"), "B");
  yield* wait(rename(path("a"), path("c")));
  yield* wait(replace(path("c"), path("b")));
  expect(readFileSync(path("b"), "utf8")).toBe("A");
  writeFileSync(path("c"), "");
  yield* wait(unlink(path("c")));
  yield* wait(remove(path("b")));
  expect(readdirSync(path("."))).toEqual([]);
  for (const [operation, move] of [
    ["rename", rename],
    ["replace", replace],
  ] as const) {
    const error = yield* caught(wait(move(path("none"), path("d"))));
    expect(error).toBeInstanceOf(FileNotFoundError);
    expect(error).toMatchObject({ path: path("none"), destination: path("d"), operation });
    expect((error as Error).message).toBe(
      `Cannot ${operation} ${path("none")} to ${path("d")}: no such file or directory (ENOENT)`,
    );
  }
  mkdirSync(path("folder"));
  expect(yield* caught(wait(unlink(path("folder"))))).toBeInstanceOf(IsADirectoryError);
});

both("renames makes folders on one side and removes empty ones on the other", function* ({ wait }) {
  mkdirSync(path("keep", "x", "y"), { recursive: true });
  writeFileSync(path("keep", "x", "y", "f"), "F");
  writeFileSync(path("keep", "other"), "");
  yield* wait(renames(path("keep", "x", "y", "f"), path("new", "a", "b", "g")));
  expect(readFileSync(path("new", "a", "b", "g"), "utf8")).toBe("F");
  expect(readdirSync(path("keep"))).toEqual(["other"]);
  expect(yield* caught(wait(renames(path("none"), path("q", "r"))))).toBeInstanceOf(FileNotFoundError);
});

both("removedirs removes upwards until a folder is not empty", function* ({ wait }) {
  mkdirSync(path("a", "b", "c"), { recursive: true });
  writeFileSync(path("a", "f"), "");
  yield* wait(removedirs(path("a", "b", "c")));
  expect(readdirSync(path("a"))).toEqual(["f"]);
  expect(yield* caught(wait(removedirs(path("a"))))).toMatchObject({ code: "ENOTEMPTY" });
});

both("links, both kinds", function* ({ wait }) {
  writeFileSync(path("f"), "F");
  yield* wait(link(path("f"), path("second")));
  expect(statSync(path("f")).nlink).toBe(2);
  yield* wait(symlink("f", path("soft")));
  expect(lstatSync(path("soft")).isSymbolicLink()).toBe(true);
  expect(yield* wait(readlink(path("soft")))).toBe("f");
  const taken = yield* caught(wait(link(path("f"), path("soft"))));
  expect(taken).toBeInstanceOf(FileExistsError);
  expect(taken).toMatchObject({ operation: "link", path: path("f"), destination: path("soft") });
  expect(yield* caught(wait(symlink("f", path("soft"))))).toMatchObject({
    operation: "symlink",
    path: "f",
    destination: path("soft"),
  });
  const none = yield* caught(wait(readlink(path("f"))));
  expect(none).toBeInstanceOf(FileError);
  expect(none).toMatchObject({ code: "EINVAL", operation: "readlink" });
});

both("the process's folder", function* ({ wait }) {
  expect(yield* wait(getcwd())).toBe(process.cwd());
});

both("sendfile sends from a place in one file to where the other stands", function* ({ wait }) {
  const content = Buffer.from(Array.from({ length: 3 * 1024 * 1024 }, (_, i) => i % 251));
  writeFileSync(path("from"), content);
  const input = yield* wait(open(path("from"), "rb"));
  const output = yield* wait(open(path("to"), "wb"));
  let offset = 100;
  let calls = 0;
  for (;;) {
    const sent = yield* wait(sendfile(output, input.fileno(), offset, 2 * 1024 * 1024));
    if (sent === 0) break;
    offset += sent;
    calls++;
  }
  expect(calls).toBe(3);
  yield* wait(output.close());
  expect(readFileSync(path("to")).equals(content.subarray(100))).toBe(true);
  // A file that is not open for writing.
  expect(yield* caught(wait(sendfile(input, input, 0, 10)))).toMatchObject({
    code: "EBADF",
    operation: "send",
  });
  expect(() => sendfile(output, input, -1, 10)).toThrow(RangeError);
  expect(() => sendfile(output, input, 0, 1.5)).toThrow(RangeError);
});

both("removing what is not there", function* ({ wait }) {
  expect(yield* caught(wait(remove(path("none"))))).toMatchObject({
    name: "FileNotFoundError",
    operation: "remove",
    path: path("none"),
  });
});
