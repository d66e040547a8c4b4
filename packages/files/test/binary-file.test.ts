import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { forEach, run } from "corio";
import { describe, expect, test } from "vitest";
import { IncompleteReadError, open } from "../src/index.ts";
import { Random } from "./support/random.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

describe("reading", () => {
  test("read gives what is asked for, less at the end, then nothing", async () => {
    writeFileSync(path("f"), "abcdef");
    await run(async () => {
      const file = await open(path("f"), "rb", { buffering: 4 });
      expect(text(await file.read(5))).toBe("abcde");
      expect(text(await file.read(5))).toBe("f");
      expect(text(await file.read(5))).toBe("");
      expect(text(await file.read())).toBe("");
      expect(await file.tell()).toBe(6);
    });
  });

  test("read without a size gives all, also of files that lie about their size", async () => {
    const big = new Random(1).bytes(300_000);
    writeFileSync(path("f"), big);
    await run(function* () {
      const file = yield* open(path("f"), "rb");
      expect(text(yield* file.read(3))).toBe(text(big.subarray(0, 3)));
      expect((yield* file.read()).equals(big.subarray(3))).toBe(true);
    });
    await run(async () => {
      if (!existsSync("/proc/self/status")) return;
      expect((await (await open("/proc/self/status", "rb")).read()).length).toBeGreaterThan(100);
    });
  });

  test("readExactly throws when the file is too short, with what there was", async () => {
    writeFileSync(path("f"), "abc");
    await run(async () => {
      const file = await open(path("f"), "rb");
      expect(text(await file.readExactly(2))).toBe("ab");
      const error = await Promise.resolve(file.readExactly(2)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(IncompleteReadError);
      expect(error).toMatchObject({ path: path("f"), expected: 2, partial: Buffer.from("c") });
    });
  });

  test("readInto fills what it is given, read1 makes one trip, peek takes nothing", async () => {
    writeFileSync(path("f"), "abcdefgh");
    await run(async () => {
      const file = await open(path("f"), "rb", { buffering: 4 });
      expect(text(await file.peek())).toBe("abcd");
      expect(text(await file.read1(2))).toBe("ab");
      expect(text(await file.read1())).toBe("cd");
      const target = new Uint8Array(3);
      expect(await file.readInto(target)).toBe(3);
      expect(text(target)).toBe("efg");
      expect(await file.readInto(target)).toBe(1);
      expect(await file.readInto(target)).toBe(0);
    });
  });

  test("bytes that were read stay as they are when the file reads on", async () => {
    writeFileSync(path("f"), "aaaabbbb");
    await run(async () => {
      const file = await open(path("f"), "rb", { buffering: 4 });
      const first = await file.read(2);
      await file.read(6);
      await file.seek(4);
      await file.read(4);
      expect(text(first)).toBe("aa");
    });
  });

  test("lines come with their ends, the same by every way", async () => {
    writeFileSync(path("f"), "one\n\nthree\r\nlast");
    const lines = ["one\n", "\n", "three\r\n", "last"];
    for (const buffering of [0, 1, 3, 65_536]) {
      await run(async () => {
        const iterated: string[] = [];
        for await (const line of (await open(path("f"), "rb", { buffering })).lines())
          iterated.push(text(line));
        expect(iterated).toEqual(lines);
        const read: string[] = [];
        const file = await open(path("f"), "rb", { buffering });
        for (let line = await file.readLine(); line.length > 0; line = await file.readLine())
          read.push(text(line));
        expect(read).toEqual(lines);
        expect((await (await open(path("f"), "rb", { buffering })).readLines()).map(text)).toEqual(lines);
        expect((await (await open(path("f"), "rb", { buffering })).readLines(3)).map(text)).toEqual([
          "one\n",
        ]);
        expect((await (await open(path("f"), "rb", { buffering })).readLines(4)).map(text)).toEqual(
          lines.slice(0, 2),
        );
      });
    }
  });

  test("forEach in a coroutine gives the lines one by one, and leaving early loses none", async () => {
    writeFileSync(path("f"), "1\n2\n3\n4\n");
    await run(function* () {
      const file = yield* open(path("f"), "rb", { buffering: 3 });
      const seen: string[] = [];
      yield* forEach(file.lines(), (line) => {
        seen.push(text(line));
      });
      expect(seen).toEqual(["1\n", "2\n", "3\n", "4\n"]);
    });
    await run(async () => {
      const file = await open(path("f"), "rb");
      for await (const line of file) if (text(line) === "2\n") break;
      expect(text(await file.readLine())).toBe("3\n");
    });
  });
});

describe("positions", () => {
  test("readAt takes no memory for what an empty file, or one that lies about its size, does not give", async () => {
    writeFileSync(path("f"), "");
    await run(function* () {
      const file = yield* open(path("f"), "rb");
      expect(text(yield* file.readAt(0, Number.MAX_SAFE_INTEGER))).toBe("");
      if (!existsSync("/proc/self/maps")) return;
      const maps = yield* open("/proc/self/maps", "rb");
      expect((yield* maps.readAt(0, 2 ** 45)).length).toBeGreaterThan(1000);
    });
  });

  test("readAt and writeAt leave the position alone and see what is buffered", async () => {
    await run(async () => {
      const file = await open(path("f"), "w+b");
      await file.write(Buffer.from("0123456789"));
      expect(text(await file.readAt(3, 4))).toBe("3456");
      expect(await file.writeAt(Buffer.from("AB"), 1)).toBe(2);
      expect(await file.tell()).toBe(10);
      await file.write(Buffer.from("!"));
      expect(text(await file.readAt(8, 100))).toBe("89!");
    });
    expect(readFileSync(path("f"), "utf8")).toBe("0AB3456789!");
  });

  test("seek counts from the start, the position and the end; what lies before the start is refused", async () => {
    writeFileSync(path("f"), "0123456789");
    await run(async () => {
      const file = await open(path("f"), "rb", { buffering: 4 });
      expect(await file.seek(2)).toBe(2);
      expect(text(await file.read(2))).toBe("23");
      expect(await file.seek(1, 1)).toBe(5);
      expect(text(await file.read(1))).toBe("5");
      expect(await file.seek(-1, 2)).toBe(9);
      expect(text(await file.read())).toBe("9");
      await expect(file.seek(-1)).rejects.toThrow(RangeError);
      expect(await file.tell()).toBe(10);
    });
  });

  test("truncate cuts at the position and leaves it", async () => {
    writeFileSync(path("f"), "0123456789");
    await run(async () => {
      const file = await open(path("f"), "r+b");
      await file.read(4);
      expect(await file.truncate()).toBe(4);
      expect(text(await file.read())).toBe("");
      expect(await file.truncate(6)).toBe(6);
      expect(await file.tell()).toBe(4);
    });
    expect(readFileSync(path("f"), "latin1")).toBe("0123\0\0");
  });
});

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  "any sequence of operations does what it would do in memory (seed %i)",
  async (seed) => {
    const random = new Random(seed);
    let content = random.bytes(random.below(200));
    writeFileSync(path("f"), content);
    let position = 0;
    const write = (at: number, bytes: Buffer): void => {
      if (bytes.length === 0) return;
      const grown = Buffer.alloc(Math.max(content.length, at + bytes.length));
      content.copy(grown);
      bytes.copy(grown, at);
      content = grown;
    };
    await run(async () => {
      const file = await open(path("f"), "r+b", { buffering: random.pick([0, 1, 7, 64, 65_536]) });
      for (let step = 0; step < 150; step++) {
        switch (random.below(8)) {
          case 0:
          case 1: {
            const size = random.below(40) - 1;
            const expected = content.subarray(position, size < 0 ? content.length : position + size);
            expect((await file.read(size)).equals(expected)).toBe(true);
            position += expected.length;
            break;
          }
          case 2:
          case 3: {
            const bytes = random.bytes(random.below(30));
            await file.write(bytes);
            write(position, bytes);
            position += bytes.length;
            break;
          }
          case 4: {
            position = random.below(content.length + 10);
            await file.seek(position);
            break;
          }
          case 5: {
            const at = random.below(content.length + 1);
            expect((await file.readAt(at, 10)).equals(content.subarray(at, at + 10))).toBe(true);
            break;
          }
          case 6: {
            const found = content.indexOf(0x0a, position);
            const end = found === -1 ? content.length : found + 1;
            expect((await file.readLine()).equals(content.subarray(position, end))).toBe(true);
            position = Math.max(position, end);
            break;
          }
          default: {
            if (random.below(4) === 0) {
              const size = random.below(content.length + 20);
              await file.truncate(size);
              const cut = Buffer.alloc(size);
              content.copy(cut);
              content = cut;
            } else await file.flush();
          }
        }
        expect(await file.tell()).toBe(position);
      }
    });
    expect(readFileSync(path("f")).equals(content)).toBe(true);
  },
);

test("operations started at once do not interleave: they happen in order (files 6)", async () => {
  await run(async () => {
    const file = await open(path("f"), "w+b", { buffering: 16 });
    const pieces = Array.from({ length: 50 }, (_, i) => Buffer.alloc(10 + i, 65 + (i % 26)));
    await Promise.all(pieces.map(async (piece) => file.write(piece)));
    await file.seek(0);
    const read = await Promise.all(pieces.map(async (piece) => file.readExactly(piece.length)));
    expect(read.map(text)).toEqual(pieces.map(text));
  });
});
