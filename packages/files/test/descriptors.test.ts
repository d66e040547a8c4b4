// Raw files, files below files, descriptors from elsewhere, and what files tell of themselves.
import * as fs from "node:fs";
import { cancelScope, fromPromise, run } from "corio";
import { describe, expect, test } from "vitest";
import {
  BinaryFile,
  FileClosedError,
  FileError,
  open,
  TextFile,
  UnsupportedOperationError,
  type LineEnd,
} from "../src/index.ts";
import { canCountDescriptors, openBelow } from "./support/descriptors.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

describe("raw files", () => {
  test("write at once and see what is there now", async () => {
    await run(async () => {
      const file = await open(path("f"), "w+b", { buffering: 0 });
      expect(file.raw).toBe(true);
      await file.write(Buffer.from("abc"));
      expect(fs.readFileSync(path("f"), "utf8")).toBe("abc");
      await file.seek(0);
      expect(text(await file.read(1))).toBe("a");
      fs.writeFileSync(path("f"), "aXYZ\nlast");
      expect(text(await file.readLine())).toBe("XYZ\n");
      fs.appendFileSync(path("f"), " one\n");
      const lines: string[] = [];
      for await (const line of file) lines.push(text(line));
      expect(lines).toEqual(["last one\n"]);
      expect(file.statistics().readAhead).toBe(0);
    });
  });

  test("text cannot do without a buffer", async () => {
    await run(async () => {
      await expect(open(path("f"), "w", { buffering: 0 })).rejects.toThrow(RangeError);
    });
    expect(fs.existsSync(path("f"))).toBe(false);
  });
});

describe("detach", () => {
  test("text gives the bytes below, at its place; the object is of no use then", async () => {
    fs.writeFileSync(path("f"), "é one\ntwo\nthree\n");
    await run(async () => {
      const file = await open(path("f"), "r+");
      expect(await file.readLine()).toBe("é one\n");
      const bytes = await file.detach();
      expect(bytes).toBeInstanceOf(BinaryFile);
      expect(await bytes.tell()).toBe(7);
      expect(text(await bytes.readLine())).toBe("two\n");
      expect(() => file.read()).toThrow(UnsupportedOperationError);
      expect(() => file.closed).toThrow("detached");
      await bytes.write(Buffer.from("END\n"));
      const raw = await bytes.detach();
      expect(fs.readFileSync(path("f"), "utf8")).toBe("é one\ntwo\nEND\ne\n");
      expect(raw.raw).toBe(true);
      await raw.write(Buffer.from("?"));
      expect(fs.readFileSync(path("f"), "utf8")).toBe("é one\ntwo\nEND\n?\n");
      await expect(raw.detach()).rejects.toThrow(UnsupportedOperationError);
      if (canCountDescriptors) expect(openBelow(path("")).length).toBe(1);
      await raw.close();
      if (canCountDescriptors) expect(openBelow(path(""))).toEqual([]);
    });
  });

  test("the scope closes what came of it, and disposing of the shell does nothing", async () => {
    await run(function* () {
      let bytes: BinaryFile | undefined;
      yield* cancelScope(function* () {
        const file = yield* open(path("f"), "w");
        yield* file.write("kept");
        bytes = yield* file.detach();
        yield* bytes.write(Buffer.from(" too"));
        yield* fromPromise(async () => file[Symbol.asyncDispose]());
        expect(bytes.closed).toBe(false);
      });
      expect(bytes?.closed).toBe(true);
    });
    expect(fs.readFileSync(path("f"), "utf8")).toBe("kept too");
  });
});

describe("descriptors that were opened elsewhere", () => {
  test("are taken over with their position, and closed with the file", async () => {
    fs.writeFileSync(path("f"), "0123456789");
    const fd = fs.openSync(path("f"), "r+");
    fs.readSync(fd, Buffer.alloc(3), 0, 3, null);
    await run(async () => {
      const file = await open(fd, "r+b");
      expect(file.fileno()).toBe(fd);
      expect(file.name).toBe(`descriptor ${fd}`);
      expect(text(await file.read(2))).toBe("34");
      if (file.seekable) expect(await file.tell()).toBe(5);
    });
    expect(() => fs.closeSync(fd)).toThrow("EBADF");
  });

  test("with closefd: false they stay open, and go on at the system's own place", async () => {
    fs.writeFileSync(path("f"), "one\ntwo\n");
    const fd = fs.openSync(path("f"), "r+");
    await run(async () => {
      const file = await open(fd, "r", { closefd: false, buffering: 4 });
      expect(file.seekable).toBe(false);
      expect(await file.readLine()).toBe("one\n");
      await expect(file.seek(0)).rejects.toThrow(UnsupportedOperationError);
      await file.close();
      await expect(file.read()).rejects.toThrow(FileClosedError);
    });
    const rest = Buffer.alloc(10);
    expect(fs.readSync(fd, rest, 0, 10, null)).toBe(4);
    fs.closeSync(fd);
  });

  test("what makes no sense is refused", async () => {
    fs.writeFileSync(path("f"), "");
    await run(async () => {
      await expect(open(path("f"), "r", { closefd: false })).rejects.toThrow(TypeError);
      await expect(open(987_654)).rejects.toThrow(FileError);
      await expect(open(987_654)).rejects.toMatchObject({ code: "EBADF", operation: "open" });
      const folder = fs.openSync(path("."), "r");
      await expect(open(folder)).rejects.toMatchObject({ code: "EISDIR" });
      fs.closeSync(folder);
    });
  });
});

test("statistics tell trips and bytes, what is read ahead, and what is not yet written", async () => {
  fs.writeFileSync(path("f"), "x".repeat(100));
  await run(async () => {
    const file = await open(path("f"), "r+b", { buffering: 40 });
    expect(file.statistics()).toEqual({
      reads: 0,
      writes: 0,
      bytesRead: 0,
      bytesWritten: 0,
      readAhead: 0,
      unwritten: 0,
      waiting: 0,
    });
    await file.read(10);
    expect(file.statistics()).toMatchObject({ reads: 1, bytesRead: 40, readAhead: 30 });
    await file.write(Buffer.from("abc"));
    expect(file.statistics()).toMatchObject({ readAhead: 0, unwritten: 3, writes: 0 });
    const both = [file.flush(), file.sync()].map(async (each) => each);
    await Promise.resolve();
    expect(file.statistics().waiting).toBe(1);
    await Promise.all(both);
    expect(file.statistics()).toMatchObject({ writes: 1, bytesWritten: 3, unwritten: 0, waiting: 0 });
    const lines = await open(path("f"));
    await lines.readAll();
    expect(lines.statistics()).toMatchObject({ reads: 1, bytesRead: 100, readAhead: 0 });
  });
});

test("a file that is read on and on is read in larger blocks, unless it was said how large", async () => {
  fs.writeFileSync(path("f"), "line of text\n".repeat(200_000));
  await run(async () => {
    const count = async (buffering?: number): Promise<number> => {
      const file = await open(path("f"), "r", buffering === undefined ? {} : { buffering });
      let length = 0;
      for await (const line of file) length += line.length;
      expect(length).toBe(2_600_000);
      return file.statistics().reads;
    };
    expect(await count(65_536)).toBe(Math.ceil(2_600_000 / 65_536) + 1);
    expect(await count()).toBeLessThan(16);
  });
});

test("newlines tells which line ends were met", async () => {
  const met = async (content: string, newline: null | "" | LineEnd = null): Promise<readonly string[]> => {
    fs.writeFileSync(path("f"), content);
    const file = await open(path("f"), "r", { newline });
    expect(file.newlines).toEqual([]);
    await file.read();
    return file.newlines;
  };
  await run(async () => {
    expect(await met("none")).toEqual([]);
    expect(await met("a\nb\n")).toEqual(["\n"]);
    expect(await met("a\r\nb\rc\r\n")).toEqual(["\r", "\r\n"]);
    expect(await met("a\rb\nc\r\n", "")).toEqual(["\r", "\n", "\r\n"]);
    expect(await met("a\rb\nc\r\n", "\n")).toEqual([]);
  });
});

test("what a file is and may do", async () => {
  fs.writeFileSync(path("f"), "");
  await run(async () => {
    const file = await open(path("f"), "r", { encoding: "cp1252", errors: "replace" });
    expect(file).toBeInstanceOf(TextFile);
    expect([file.name, file.mode, file.encoding, file.errors]).toEqual([
      path("f"),
      "r",
      "windows-1252",
      "replace",
    ]);
    expect([file.readable, file.writable, file.seekable, file.isatty(), file.closed]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
    await file.close();
    expect(file.closed).toBe(true);
    expect(() => file.isatty()).toThrow(FileClosedError);
    expect(() => file.fileno()).toThrow(FileClosedError);
  });
});

test("arguments that make no sense are refused, and nothing is moved by it", async () => {
  fs.writeFileSync(path("f"), "abc");
  await run(async () => {
    const file = await open(path("f"), "r+b");
    for (const call of [
      () => file.read(1.5),
      () => file.readExactly(-1),
      () => file.readAt(-1, 2),
      () => file.readAt(0, Number.NaN),
      () => file.writeAt(Buffer.from("x"), 0.5),
      () => file.seek(-1),
      () => file.seek(0, 7 as 0),
      () => file.truncate(-1),
    ])
      await expect(call()).rejects.toThrow(RangeError);
    await expect(file.write("text" as unknown as Uint8Array)).rejects.toThrow(TypeError);
    expect(await file.tell()).toBe(0);
    const lines = await open(path("f"), "r+");
    await expect(lines.write(Buffer.from("x") as unknown as string)).rejects.toThrow(TypeError);
    await expect(lines.read(0.5)).rejects.toThrow(RangeError);
    const appended = await open(path("f"), "ab");
    await expect(appended.writeAt(Buffer.from("x"), 0)).rejects.toThrow(UnsupportedOperationError);
  });
  expect(fs.readFileSync(path("f"), "utf8")).toBe("abc");
});
