import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { forEach, run } from "corio";
import { describe, expect, test } from "vitest";
import {
  DirectoryNotEmptyError,
  exists,
  FileError,
  FileExistsError,
  FileNotFoundError,
  isdir,
  isfile,
  listdir,
  makedirs,
  mkdir,
  NotADirectoryError,
  remove,
  removeTree,
  rename,
  replace,
  rmdir,
  scandir,
  stat,
  walk,
} from "../src/index.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

function tree(): void {
  mkdirSync(path("t", "a", "b"), { recursive: true });
  for (const name of ["t/1", "t/a/2", "t/a/b/3"]) writeFileSync(path(name), name);
  symlinkSync("..", path("t", "a", "up"));
  symlinkSync("nowhere", path("t", "dangling"));
}

test("folders are made, listed and removed", async () => {
  await run(async () => {
    await mkdir(path("d"));
    await expect(mkdir(path("d"))).rejects.toThrow(FileExistsError);
    await expect(mkdir(path("x", "y"))).rejects.toThrow(FileNotFoundError);
    await makedirs(path("d", "e", "f"));
    await makedirs(path("d", "e", "f"), { existOk: true });
    await expect(makedirs(path("d", "e", "f"))).rejects.toThrow(FileExistsError);
    writeFileSync(path("plain"), "");
    await expect(makedirs(path("plain"), { existOk: true })).rejects.toThrow(FileExistsError);
    await expect(makedirs(path("plain", "below"), { existOk: true })).rejects.toThrow(NotADirectoryError);
    // Node's own recursive mkdir never returns from this one.
    await expect(makedirs("/proc/none/such", { existOk: true })).rejects.toThrow(FileError);
    expect(await listdir(path("d"))).toEqual(["e"]);
    await expect(rmdir(path("d"))).rejects.toThrow(DirectoryNotEmptyError);
    await rmdir(path("d", "e", "f"));
    expect(await scandir(path("d"))).toEqual([
      { name: "e", path: path("d", "e"), isFile: false, isDirectory: true, isSymbolicLink: false },
    ]);
    writeFileSync(path("f"), "");
    await expect(listdir(path("f"))).rejects.toThrow(NotADirectoryError);
  });
});

test("what is asked about a path", async () => {
  tree();
  await run(async () => {
    expect([await exists(path("t")), await isdir(path("t")), await isfile(path("t"))]).toEqual([
      true,
      true,
      false,
    ]);
    expect([await exists(path("t", "1")), await isfile(path("t", "1"))]).toEqual([true, true]);
    expect([await exists(path("t", "dangling")), await exists(path("t", "1", "x"))]).toEqual([false, false]);
    expect((await stat(path("t", "1"))).size).toBe(3);
    expect((await stat(path("t", "dangling"), { followSymlinks: false })).isSymbolicLink()).toBe(true);
    await expect(stat(path("t", "dangling"))).rejects.toThrow(FileNotFoundError);
  });
});

test("files are renamed, replaced and removed; an error names both paths", async () => {
  writeFileSync(path("a"), "A");
  writeFileSync(path("b"), "B");
  await run(function* () {
    yield* rename(path("a"), path("c"));
    yield* replace(path("c"), path("b"));
    expect(readFileSync(path("b"), "utf8")).toBe("A");
    yield* remove(path("b"));
    expect(existsSync(path("b"))).toBe(false);
    try {
      yield* rename(path("none"), path("d"));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FileNotFoundError);
      expect(error).toMatchObject({ path: path("none"), destination: path("d"), operation: "rename" });
    }
  });
});

test("removeTree removes all below, and links instead of what they lead to", async () => {
  tree();
  mkdirSync(path("kept"));
  writeFileSync(path("kept", "f"), "");
  symlinkSync(path("kept"), path("t", "link"));
  await run(async () => {
    await removeTree(path("t"));
    expect(existsSync(path("t"))).toBe(false);
    expect(existsSync(path("kept", "f"))).toBe(true);
    await expect(removeTree(path("t"))).rejects.toThrow(FileNotFoundError);
    await removeTree(path("t"), { missingOk: true });
    await removeTree(path("kept", "f"));
    expect(await listdir(path("kept"))).toEqual([]);
  });
});

test("removeTree goes as deep as it must", async () => {
  const deep = Array.from({ length: 300 }, () => "d").join("/");
  mkdirSync(path("t", deep), { recursive: true });
  await run(async () => removeTree(path("t")));
  expect(existsSync(path("t"))).toBe(false);
});

describe("walk", () => {
  test("gives every entry, parents first, in both dialects", async () => {
    tree();
    const expected = ["t/1", "t/a", "t/a/2", "t/a/b", "t/a/b/3", "t/a/up", "t/dangling"].map((name) =>
      path(name),
    );
    await run(async () => {
      const seen: string[] = [];
      for await (const entry of walk(path("t"))) seen.push(entry.path);
      expect(seen.sort()).toEqual(expected);
      expect(seen.indexOf(path("t/a"))).toBeLessThan(seen.indexOf(path("t/a/b")));
    });
    await run(function* () {
      const seen: string[] = [];
      yield* forEach(walk(path("t")), (entry) => {
        seen.push(entry.path);
      });
      expect(seen.sort()).toEqual(expected);
    });
  });

  test("enters a folder once when it follows links, and only those it is let into", async () => {
    tree();
    await run(async () => {
      const seen: string[] = [];
      for await (const entry of walk(path("t"), { followSymlinks: true })) seen.push(entry.name);
      expect(seen.sort()).toEqual(["1", "2", "3", "a", "b", "dangling", "up"]);
      const shallow: string[] = [];
      for await (const entry of walk(path("t"), { enter: () => false })) shallow.push(entry.name);
      expect(shallow.sort()).toEqual(["1", "a", "dangling"]);
    });
  });

  test("survives folders that vanish on the way", async () => {
    tree();
    await run(async () => {
      const seen: string[] = [];
      for await (const entry of walk(path("t"))) {
        seen.push(entry.name);
        if (entry.name === "a") rmSync(path("t", "a"), { recursive: true });
      }
      expect(seen.sort()).toEqual(["1", "a", "dangling"]);
      await expect(walk(path("none"))[Symbol.asyncIterator]().next()).rejects.toThrow(FileNotFoundError);
    });
  });
});
