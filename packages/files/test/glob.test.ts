import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { forEach, run } from "corio";
import { describe, expect, test } from "vitest";
import { FileNotFoundError, glob, NotADirectoryError, type GlobOptions } from "../src/index.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

function make(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(path(name)), { recursive: true });
    if (name.endsWith("/")) mkdirSync(path(name), { recursive: true });
    else writeFileSync(path(name), "");
  }
}

async function find(pattern: string | readonly string[], options: GlobOptions = {}): Promise<string[]> {
  const found: string[] = [];
  await run(async () => {
    for await (const name of glob(pattern, { cwd: path("."), ...options, withFileTypes: false }))
      found.push(name as never);
  });
  return found.sort();
}

describe("finds what bash finds (test/fixtures/bash-glob.sh)", async () => {
  const expected = JSON.parse(readFileSync(new URL("fixtures/bash-glob.json", import.meta.url), "utf8")) as {
    files: string[];
    patterns: Record<string, string[]>;
  };
  for (const [pattern, matches] of Object.entries(expected.patterns)) {
    test(pattern, async () => {
      make(...expected.files, "empty/", "docs/none/");
      const found = await find(pattern);
      expect(new Set(found).size).toBe(found.length);
      expect(found).toEqual([...matches].sort());
    });
  }
});

test("is iterated over in both dialects, and gives entries where asked", async () => {
  make("a/b.ts", "a/c.js");
  const inCoroutine: unknown[] = [];
  await run(function* () {
    yield* forEach(glob("a/*.ts", { cwd: path("."), withFileTypes: true }), (entry) => {
      inCoroutine.push(entry);
    });
  });
  expect(inCoroutine).toEqual([
    { name: "b.ts", path: path("a", "b.ts"), isFile: true, isDirectory: false, isSymbolicLink: false },
  ]);
  expect(await find("a/*.ts")).toEqual(["a/b.ts"]);
});

test("several patterns give each path once, relative ones and those from the root", async () => {
  make("a/b.ts", "a/c.ts", "d/e.ts");
  expect(await find(["a/*.ts", "**/b.ts", "d/e.ts"])).toEqual(["a/b.ts", "a/c.ts", "d/e.ts"]);
  expect(await find([`${path("a")}/*`, "d/*"])).toEqual(
    [path("a", "b.ts"), path("a", "c.ts"), "d/e.ts"].sort(),
  );
  expect(await find("../**/e.ts", { cwd: path("a") })).toEqual(["../d/e.ts"]);
});

test("counts from the process's folder when no other is named", async () => {
  make("a/b.ts");
  const here = relative(process.cwd(), path("a"));
  const found: string[] = [];
  await run(async () => {
    for await (const name of glob(`${here}/*`)) found.push(name);
  });
  expect(found).toEqual([`${here}/b.ts`]);
});

test("dots, and what is left out", async () => {
  make(
    ".git/config",
    "a/.b",
    "a/c.ts",
    "a/c.test.ts",
    "node_modules/x/i.ts",
    "d/node_modules/y.ts",
    "d/z.ts",
  );
  expect(await find("**/*.ts", { exclude: "**/node_modules" })).toEqual(["a/c.test.ts", "a/c.ts", "d/z.ts"]);
  expect(await find("**/*.ts", { exclude: ["**/node_modules/**", "**/*.test.*"] })).toEqual([
    "a/c.ts",
    "d/z.ts",
  ]);
  expect(await find("**", { dot: true, exclude: (entry) => entry.name.includes("node") })).toEqual([
    ".git",
    ".git/config",
    "a",
    "a/.b",
    "a/c.test.ts",
    "a/c.ts",
    "d",
    "d/z.ts",
  ]);
  expect(await find("**/.*")).toEqual([".git", "a/.b"]);
});

test("symbolic links are followed only when asked, or named (files 10)", async () => {
  make("real/f.ts", "a/");
  symlinkSync("../real", path("a", "link"));
  symlinkSync("..", path("real", "up"));
  expect(await find("**/*.ts")).toEqual(["real/f.ts"]);
  expect(await find("a/*/*")).toEqual([]);
  expect(await find("a/link/*")).toEqual(["a/link/f.ts", "a/link/up"]);
  expect(await find("a/*")).toEqual(["a/link"]);
  // `up` leads to a folder on the way, and ends there.
  expect(await find("**/*.ts", { followSymlinks: true })).toEqual(["a/link/f.ts", "real/f.ts"]);
  expect(await find("a/*/*", { followSymlinks: true })).toEqual(["a/link/f.ts", "a/link/up"]);
});

test("reads only folders in which something can fit (files 10)", async () => {
  make("a/b/c.ts", "a/d/e.ts", "x/y/z.ts", "top.ts");
  const counts = async (pattern: string): Promise<{ folders: number; seen: number }> => {
    const walk = glob(pattern, { cwd: path(".") });
    await run(() => forEach(walk, () => {}));
    const { folders, seen } = walk.statistics();
    return { folders, seen };
  };
  expect(await counts("a/b/*.ts")).toEqual({ folders: 1, seen: 3 });
  expect(await counts("a/b/c.ts")).toEqual({ folders: 0, seen: 3 });
  expect(await counts("*.ts")).toEqual({ folders: 1, seen: 3 });
  expect((await counts("{a,none}/**")).folders).toBe(3);
  expect((await counts("**")).folders).toBe(6);
});

test("what is not asked for is not read (files 10)", async () => {
  make("a/1", "b/2", "c/3");
  await run(async () => {
    const walk = glob("*/*", { cwd: path(".") });
    expect(walk.statistics()).toEqual({ given: 0, seen: 0, folders: 0, depth: 0 });
    for await (const _ of walk) break;
    expect(walk.statistics()).toMatchObject({ given: 1, folders: 2 });
  });
});

test("a folder that vanishes on the way is passed over (files 10)", async () => {
  make("a/1", "b/2", "c/3");
  const found: string[] = [];
  await run(async () => {
    for await (const name of glob("**", { cwd: path(".") })) {
      found.push(name);
      if (found.length === 1) for (const folder of ["a", "b", "c"]) rmSync(path(folder), { recursive: true });
    }
  });
  expect(found).toHaveLength(3);
});

test("the folder to count from must be there; nothing else must", async () => {
  make("file");
  await expect(find("*", { cwd: path("none") })).rejects.toThrow(FileNotFoundError);
  await expect(find("a/b", { cwd: path("none") })).rejects.toThrow(FileNotFoundError);
  await expect(find("*", { cwd: path("file") })).rejects.toThrow(NotADirectoryError);
  expect(await find(["none/*", "file/x", `${path("none")}/*`])).toEqual([]);
});

test("what is no pattern is refused before anything is read", () => {
  expect(() => glob("")).toThrow(TypeError);
  expect(() => glob(5 as never)).toThrow(TypeError);
  expect(() => glob("a\0")).toThrow("NUL");
  expect(() => glob("@(a/b)")).toThrow("slash");
  expect(() => glob("{1..1000000}")).toThrow(RangeError);
  expect(() => glob("{a,b}".repeat(20))).toThrow(RangeError);
});
