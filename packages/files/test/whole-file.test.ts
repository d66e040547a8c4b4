import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { call, forEach, run, type Awaitable } from "corio";
import { expect, test } from "vitest";
import {
  appendText,
  DecodeError,
  EncodeError,
  FileNotFoundError,
  readBytes,
  readJson,
  readText,
  writeBytes,
  writeJson,
  writeText,
} from "../src/index.ts";
import { cancelAtWait } from "./support/cancel-at.ts";
import { canCountDescriptors, openAfterSettling, openBelow } from "./support/descriptors.ts";
import { Random } from "./support/random.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

test("text, bytes and JSON go round, in both dialects", async () => {
  await run(async () => {
    await writeText(path("t"), "hé\r\n");
    expect(await readText(path("t"))).toBe("hé\r\n");
    expect(await readText(path("t"), { newline: null })).toBe("hé\n");
    await appendText(path("t"), "more");
    expect(readFileSync(path("t"), "utf8")).toBe("hé\r\nmore");
  });
  await run(function* () {
    const bytes = new Random(3).bytes(500_000);
    yield* writeBytes(path("b"), bytes, { permissions: 0o600 });
    expect((yield* readBytes(path("b"))).equals(bytes)).toBe(true);
    expect(statSync(path("b")).mode & 0o777).toBe(0o600);
    yield* writeJson(path("j"), { a: [1, "é"] }, { indent: 2 });
    expect(yield* readJson<{ a: unknown[] }>(path("j"))).toEqual({ a: [1, "é"] });
    expect(readFileSync(path("j"), "utf8").endsWith("}\n")).toBe(true);
  });
});

test("an empty file and one that has no size of its own are read", async () => {
  writeFileSync(path("f"), "");
  await run(async () => {
    expect((await readBytes(path("f"))).length).toBe(0);
    if (existsSync("/proc/self/maps")) expect((await readText("/proc/self/maps")).endsWith("\n")).toBe(true);
  });
});

test("encodings, marks and what they refuse", async () => {
  await run(async () => {
    await writeText(path("f"), "é", { encoding: "utf-8-sig" });
    expect(readFileSync(path("f"))).toEqual(Buffer.from("\uFEFFé"));
    expect(await readText(path("f"), { encoding: "utf-8-sig" })).toBe("é");
    await appendText(path("f"), "!", { encoding: "utf-8-sig" });
    expect(await readText(path("f"), { encoding: "utf-8-sig" })).toBe("é!");
    writeFileSync(path("j"), "\uFEFF[1]");
    expect(await readJson(path("j"))).toEqual([1]);
    writeFileSync(path("bad"), Buffer.from([0x61, 0xff]));
    await expect(readText(path("bad"))).rejects.toThrow(DecodeError);
    expect(await readText(path("bad"), { errors: "replace" })).toBe("a\uFFFD");
    await expect(writeText(path("f"), "€", { encoding: "latin1" })).rejects.toThrow(EncodeError);
    expect(await readText(path("f"), { encoding: "utf-8-sig" })).toBe("é!");
  });
});

test("errors name the file", async () => {
  writeFileSync(path("f"), "{");
  await run(async () => {
    await expect(readText(path("none"))).rejects.toThrow(FileNotFoundError);
    await expect(readText(path("none"))).rejects.toMatchObject({ operation: "read", path: path("none") });
    await expect(readText(path("."))).rejects.toMatchObject({ code: "EISDIR" });
    await expect(writeText(path("none", "f"), "")).rejects.toMatchObject({
      code: "ENOENT",
      operation: "write",
    });
    await expect(readJson(path("f"))).rejects.toThrow(path("f"));
    await expect(writeJson(path("f"), undefined)).rejects.toThrow(TypeError);
    expect(readFileSync(path("f"), "utf8")).toBe("{");
  });
});

test("progress is told by and by, with how much there is, up to the end", async () => {
  const bytes = new Random(5).bytes(100_000);
  const large = Buffer.concat(Array.from({ length: 45 }, () => bytes));
  const told: [done: number, total: number | undefined][] = [];
  const progress = (done: number, total: number | undefined): void => void told.push([done, total]);
  await run(async () => {
    await writeBytes(path("f"), large, { progress });
    expect(told.map(([done]) => done)).toEqual([1, 2, 3, 4].map((n) => n * 2 ** 20).concat(4_500_000));
    expect(new Set(told.map(([, total]) => total))).toEqual(new Set([4_500_000]));
    told.length = 0;
    expect((await readBytes(path("f"), { progress })).equals(large)).toBe(true);
    expect(told.length).toBe(5);
    expect(told.at(-1)).toEqual([4_500_000, 4_500_000]);
    told.length = 0;
    await writeText(path("t"), "é".repeat(10), { progress });
    expect(await readText(path("t"), { progress })).toBe("é".repeat(10));
    expect(told).toEqual([
      [20, 20],
      [20, 20],
    ]);
    if (existsSync("/proc/self/status")) {
      told.length = 0;
      expect((await readBytes("/proc/self/status", { progress })).length).toBe(told.at(-1)?.[0]);
      expect(told.at(-1)?.[1]).toBe(undefined);
    }
  });
});

test("what progress throws fails the operation, and nothing is left open", async () => {
  writeFileSync(path("f"), Buffer.alloc(3_000_000));
  const progress = (): never => {
    throw new Error("enough");
  };
  await run(async () => {
    await expect(readBytes(path("f"), { progress })).rejects.toThrow("enough");
    await expect(writeBytes(path("g"), Buffer.alloc(3_000_000), { progress })).rejects.toThrow("enough");
    if (canCountDescriptors) expect(openBelow(path(""))).toEqual([]);
  });
});

test("large files are read and written piece by piece, between which a cancellation has its chance", async () => {
  const large = Buffer.alloc(40 * 2 ** 20, "0123456789\n");
  await run(async () => {
    await writeBytes(path("f"), large);
    expect((await readBytes(path("f"))).equals(large)).toBe(true);
    for (const start of [() => readBytes(path("f")), () => writeBytes(path("g"), large)])
      for (let n = 1; (await call(cancelAtWait, n, start as () => Awaitable<unknown>)).reached; n++);
    expect(readFileSync(path("g")).equals(large)).toBe(true);
  });
  if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
});

test("many files at once", async () => {
  await run(function* () {
    yield* forEach(
      Array.from({ length: 300 }, (_, i) => i),
      (i) => writeText(path(`${i}`), `file ${i}`),
      { concurrency: 300 },
    );
    const texts: string[] = [];
    yield* forEach(
      Array.from({ length: 300 }, (_, i) => i),
      function* (i) {
        texts[i] = yield* readText(path(`${i}`));
      },
      { concurrency: 300 },
    );
    expect(texts).toEqual(Array.from({ length: 300 }, (_, i) => `file ${i}`));
  });
});
