import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { groupsOf, pipe, startProgram, type Ended } from "./support/program.ts";

// Processes start slowly on a machine that has much to do.
vi.setConfig({ testTimeout: 120_000 });

let cwd = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "corio-dedupe-"));
});

afterEach(() => rmSync(cwd, { recursive: true }));

function make(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(cwd, name)), { recursive: true });
  writeFileSync(join(cwd, name), content);
}

function dedupe(...args: string[]): Promise<Ended> {
  return startProgram(args, cwd).ended;
}

/** Files of every kind that could be mistaken for one another. */
function tree(): void {
  const large = Buffer.alloc(3 * 1024 * 1024, "x");
  const other = Buffer.from(large);
  other[large.length - 1] = 1;
  make("t/a", "one");
  make("t/sub/deep/b", "one");
  make("t/.hidden/c", "one");
  make("t/same size", "two");
  make("t/alone", "nothing like it");
  make("t/large", large);
  make("t/sub/large copy", large);
  make("t/large, but for its end", other);
  // Equal in the first 16 KiB, which is where the second look begins.
  for (const [name, end] of [
    ["p", "1"],
    ["q", "1"],
    ["r", "2"],
  ])
    make(`t/${name}`, "y".repeat(16 * 1024) + end);
  make("t/exact1", "z".repeat(16 * 1024));
  make("t/exact2", "z".repeat(16 * 1024));
  make("t/empty1", "");
  make("t/empty2", "");
  make("t/ümläut 漢字", "one");
  linkSync(join(cwd, "t/alone"), join(cwd, "t/alone by another name"));
  symlinkSync("a", join(cwd, "t/link"));
  symlinkSync("..", join(cwd, "t/sub/up"));
}

describe("finds what find | sha256sum | sort | uniq finds", () => {
  test("among files that are alike in other ways", async () => {
    tree();
    const { code, stdout, stderr } = await dedupe("t");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // But for the second name of a file, which is no copy.
    const expected = pipe("t", cwd).filter((group) => !group.includes("t/alone"));
    expect(groupsOf(stdout)).toEqual(expected);
    expect(expected).toHaveLength(4);
    expect(stdout.split("\n\n")[0]).toBe("t/.hidden/c\nt/a\nt/sub/deep/b\nt/ümläut 漢字");
  });

  test("among thousands of small files, in several threads", async () => {
    for (let i = 0; i < 2000; i++) make(`t/${i % 20}/${i}`, `content ${i % 700}`);
    const { stdout } = await dedupe("t", "--threads", "2");
    expect(groupsOf(stdout)).toEqual(pipe("t", cwd));
  });
});

test("looks through several folders, and at a file once", async () => {
  make("a/1", "same");
  make("b/2", "same");
  make("c/3", "same");
  const { stdout } = await dedupe("a", "b", "a");
  expect(stdout).toBe("a/1\nb/2\n");
});

test("leaves out what it is told to", async () => {
  make("t/node_modules/x", "same content");
  make("t/a", "same content");
  make("t/b", "same content");
  make("t/c", "xy");
  make("t/d", "xy");
  expect((await dedupe("t", "--exclude", "**/node_modules", "--min", "3")).stdout).toBe("t/a\nt/b\n");
  expect((await dedupe("t", "--min", "0", "--exclude", "node_modules", "--exclude", "?")).stdout).toBe("");
});

test("--summary says how much could be won", async () => {
  tree();
  const { stdout } = await dedupe("t", "--summary");
  const bytes = 2 * 3 + "one".length + 3 * 1024 * 1024 + (16 * 1024 + 1) + 16 * 1024;
  expect(stdout).toBe(`14 files; 6 of them are copies of 4 others, and take ${bytes} bytes\n`);
});

describe("what cannot be done", () => {
  test("a folder that is not there gets a line, and the others are looked through", async () => {
    make("t/a", "same");
    make("t/b", "same");
    make("file", "");
    const { code, stdout, stderr } = await dedupe("none", "t", "file");
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "t/a\nt/b\n",
      stderr: "dedupe: none: ENOENT\ndedupe: file: ENOTDIR\n",
    });
  });

  test("what makes no sense gets one line, and nothing is done", async () => {
    for (const [args, line] of [
      [[], "name a folder to look through"],
      [["t", "--min", "x"], '--min needs a whole number from 0, not "x"'],
      [["t", "--threads", "0"], '--threads needs a whole number from 1, not "0"'],
      [["t", "--nonsense"], "Unknown option '--nonsense'"],
    ] as const) {
      const { code, stdout, stderr } = await dedupe(...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toBe(`dedupe: ${line}\nTry 'dedupe --help' for more information.\n`);
    }
  });

  test("--help", async () => {
    const { code, stdout } = await dedupe("--help");
    expect(code).toBe(0);
    expect(stdout).toContain("dedupe [flags] FOLDER");
  });
});

test("Ctrl-C ends it, its threads too", async () => {
  for (const name of ["a", "b"]) {
    make(`t/${name}`, "");
    execFileSync("truncate", ["-s", "2G", join(cwd, "t", name)]);
  }
  const program = startProgram(["t"], cwd);
  // A thread is at work when it has one of the files open.
  const descriptors = `/proc/${program.process.pid}/fd`;
  const isOpen = (fd: string): boolean => {
    try {
      return readlinkSync(`${descriptors}/${fd}`) === realpathSync(join(cwd, "t", "a"));
    } catch {
      return false;
    }
  };
  while (!readdirSync(descriptors).some(isOpen)) await new Promise((resolve) => setImmediate(resolve));
  program.process.kill("SIGINT");
  expect(await program.ended).toEqual({ code: 130, stdout: "", stderr: "" });
});
