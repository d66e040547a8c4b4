import { writeFileSync } from "node:fs";
import { run } from "corio";
import { expect, test } from "vitest";
import {
  DirectoryNotEmptyError,
  FileError,
  FileExistsError,
  FileNotFoundError,
  listdir,
  makedirs,
  mkdir,
  NotADirectoryError,
  rmdir,
  scandir,
} from "../src/index.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

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
