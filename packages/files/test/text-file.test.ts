import { readFileSync, writeFileSync } from "node:fs";
import { run } from "corio";
import { describe, expect, test } from "vitest";
import { DecodeError, EncodeError, LineTooLongError, open, UnsupportedOperationError } from "../src/index.ts";
import { Random } from "./support/random.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

async function caught(action: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("decoding", () => {
  test("a code point is not torn, however small the buffer (files 7)", async () => {
    const content = "aé€😀".repeat(50);
    writeFileSync(path("f"), content);
    await run(async () => {
      for (const buffering of [2, 3, 4, 5, 7]) {
        const file = await open(path("f"), "r", { buffering });
        let all = "";
        for (let piece = await file.read(3); piece !== ""; piece = await file.read(3)) {
          expect(piece).not.toMatch(/\p{Surrogate}/u);
          all += piece;
        }
        expect(all).toBe(content);
      }
    });
  });

  // What Python gives for these bytes in each mode.
  const broken: [string, Buffer, string, string][] = [
    ["a stray byte", Buffer.from([0x61, 0xff, 0x62]), "a\uFFFDb", "ab"],
    ["a cut sequence", Buffer.from([0x61, 0xe2, 0x82, 0x62]), "a\uFFFDb", "ab"],
    ["a cut sequence at the end", Buffer.from([0x61, 0xf0, 0x9f, 0x98]), "a\uFFFD", "a"],
    ["a real U+FFFD beside a broken one", Buffer.from([0xef, 0xbf, 0xbd, 0xff]), "\uFFFD\uFFFD", "\uFFFD"],
    ["an encoded surrogate", Buffer.from([0x61, 0xed, 0xa0, 0x80, 0x62]), "a\uFFFD\uFFFD\uFFFDb", "ab"],
  ];

  test.each(broken)("%s: strict, replace, ignore (files 7)", async (_what, bytes, replaced, ignored) => {
    writeFileSync(path("f"), bytes);
    await run(async () => {
      for (const buffering of [2, 5, 100]) {
        const options = { buffering };
        expect(await (await open(path("f"), "r", { ...options, errors: "replace" })).read()).toBe(replaced);
        expect(await (await open(path("f"), "r", { ...options, errors: "ignore" })).read()).toBe(ignored);
        expect(await caught(async () => (await open(path("f"), "r", options)).read())).toBeInstanceOf(
          DecodeError,
        );
      }
    });
  });

  test("what stands before invalid bytes can be read; the error says where they begin", async () => {
    writeFileSync(path("f"), Buffer.concat([Buffer.from("one\ntwo€\n"), Buffer.from([0x62, 0xff, 0x0a])]));
    await run(async () => {
      const file = await open(path("f"));
      expect(await file.readLine()).toBe("one\n");
      expect(await file.readLine()).toBe("two€\n");
      expect(await caught(() => file.readLine() as unknown as PromiseLike<string>)).toMatchObject({
        code: "ERR_DECODE",
        position: 12,
        encoding: "utf-8",
      });
      expect(await file.read(1)).toBe("b");
    });
  });

  test("latin1, utf-16le and utf-8 with a mark", async () => {
    await run(async () => {
      for (const [encoding, bytes] of [
        ["latin1", Buffer.from("hé\n", "latin1")],
        ["utf-16le", Buffer.from("hé😀\n", "utf16le")],
        ["utf-8-sig", Buffer.from("\uFEFFhé\n")],
      ] as const) {
        const content = encoding === "utf-16le" ? "hé😀\n" : "hé\n";
        const out = await open(path("f"), "w", { encoding });
        await out.write(content.slice(0, 2));
        await out.write(content.slice(2));
        await out.close();
        expect(readFileSync(path("f")).equals(bytes)).toBe(true);
        for (const buffering of [2, 3, 100]) {
          expect(await (await open(path("f"), "r", { encoding, buffering })).readLine()).toBe(content);
        }
      }
      writeFileSync(path("f"), "\uFEFFx");
      expect(await (await open(path("f"))).read()).toBe("\uFEFFx");
      writeFileSync(path("f"), Buffer.from([0x61, 0, 0, 0xd8, 0x62]));
      expect(await (await open(path("f"), "r", { encoding: "utf-16le", errors: "replace" })).read()).toBe(
        "a\uFFFD",
      );
    });
  });

  test("what cannot be encoded is refused before anything is written, or replaced, or left out", async () => {
    await run(async () => {
      const file = await open(path("f"), "w", { encoding: "latin1" });
      const error = await caught(async () => file.write("ab€c"));
      expect(error).toBeInstanceOf(EncodeError);
      expect(error).toMatchObject({ index: 2, encoding: "latin1" });
      await file.close();
      expect(readFileSync(path("f"), "latin1")).toBe("");
      for (const [errors, expected] of [
        ["replace", "a?b?"],
        ["ignore", "ab"],
      ] as const) {
        const lenient = await open(path("f"), "w", { errors, encoding: "latin1" });
        await lenient.write("a€b😀");
        await lenient.close();
        expect(readFileSync(path("f"), "latin1")).toBe(expected);
      }
      const utf8 = await open(path("f"), "w");
      expect(await caught(async () => utf8.write("\uD800"))).toBeInstanceOf(EncodeError);
    });
  });
});

describe("writing", () => {
  test("line ends are written as asked", async () => {
    await run(async () => {
      for (const [newline, expected] of [
        ["\r\n", "a\r\nb\r\n"],
        ["\r", "a\rb\r"],
        ["", "a\nb\n"],
        ["\n", "a\nb\n"],
      ] as const) {
        const file = await open(path("f"), "w", { newline });
        await file.writeLines(["a\n", "b\n"]);
        await file.close();
        expect(readFileSync(path("f"), "latin1")).toBe(expected);
      }
    });
  });

  test("a line buffer gives each line to the system at once", async () => {
    await run(async () => {
      const file = await open(path("f"), "w", { buffering: 1 });
      await file.write("half");
      expect(readFileSync(path("f"), "latin1")).toBe("");
      await file.write(" a line\n");
      expect(readFileSync(path("f"), "latin1")).toBe("half a line\n");
    });
  });

  test("what is written after a read comes right behind what was read", async () => {
    writeFileSync(path("f"), "one\r\ntwo\nthree\n");
    await run(async () => {
      const file = await open(path("f"), "r+");
      expect(await file.readLine()).toBe("one\n");
      await file.write("TWO");
      expect(await file.read()).toBe("\nthree\n");
    });
    expect(readFileSync(path("f"), "latin1")).toBe("one\r\nTWO\nthree\n");
  });

  test("several who append to one file lose nothing", async () => {
    await run(async () => {
      const files = [await open(path("f"), "a"), await open(path("f"), "a")];
      for (let i = 0; i < 20; i++) {
        const file = files[i % 2]!;
        await file.write(`${i}\n`);
        await file.flush();
        expect(await file.tell()).toBe(readFileSync(path("f")).length);
      }
    });
    expect(readFileSync(path("f"), "utf8")).toBe(Array.from({ length: 20 }, (_, i) => `${i}\n`).join(""));
  });
});

test("a line that is too long is refused and can be read in pieces (files 9)", async () => {
  writeFileSync(path("f"), `ok\n${"x".repeat(100)}\nok\n`);
  await run(async () => {
    const file = await open(path("f"), "r", { maxLineLength: 50, buffering: 16 });
    expect(await file.readLine()).toBe("ok\n");
    const error = await caught(async () => file.readLine());
    expect(error).toBeInstanceOf(LineTooLongError);
    expect(error).toMatchObject({ path: path("f"), limit: 50 });
    expect(await file.read(101)).toBe(`${"x".repeat(100)}\n`);
    expect(await file.readLine()).toBe("ok\n");
  });
});

test("seek refuses distances in text", async () => {
  writeFileSync(path("f"), "abc");
  await run(async () => {
    const file = await open(path("f"));
    await expect(file.seek(1, 1)).rejects.toThrow(UnsupportedOperationError);
    expect(await file.seek(0, 2)).toBe(3);
    expect(await file.read()).toBe("");
  });
});

test.each(Array.from({ length: 30 }, (_, seed) => seed))(
  "tell and seek come back to the same text after any reads (seed %i, files 8)",
  async (seed) => {
    const random = new Random(seed);
    const errors = random.pick(["strict", "replace", "ignore"] as const);
    const newline = random.pick([null, "", "\n"] as const);
    const atoms = ["a", "é", "€", "😀", "\n", "\r\n", "\r", "longer text "];
    const invalid = [Buffer.from([0xff]), Buffer.from([0xe2, 0x82]), Buffer.from([0xf0, 0x9f])];
    const parts = Array.from({ length: 300 }, () =>
      errors !== "strict" && random.below(10) === 0 ? random.pick(invalid) : Buffer.from(random.pick(atoms)),
    );
    writeFileSync(path("f"), Buffer.concat(parts));
    await run(async () => {
      const options = { errors, newline, buffering: random.pick([5, 64, 65_536]) };
      const whole = await (await open(path("f"), "r", options)).read();
      const file = await open(path("f"), "r", options);
      const marks: [position: number, at: number][] = [];
      let at = 0;
      for (;;) {
        marks.push([await file.tell(), at]);
        const piece = random.below(2) === 0 ? await file.read(1 + random.below(9)) : await file.readLine();
        if (piece === "") break;
        expect(whole.slice(at, at + piece.length)).toBe(piece);
        at += piece.length;
      }
      expect(at).toBe(whole.length);
      for (let i = 0; i < 20; i++) {
        const [position, from] = random.pick(marks);
        await file.seek(position);
        expect(await file.tell()).toBe(position);
        expect(await file.read(12)).toSatisfy((piece: string) => whole.slice(from).startsWith(piece));
      }
    });
  },
);

test("many small texts of every width are written in order, whoever looks between them", async () => {
  const random = new Random(5);
  const narrow = ["a", "é", "line\n", "", "x".repeat(40), "ÿ".repeat(5000)];
  const wide = [...narrow, "€", "😀", "日".repeat(3000)];
  for (const encoding of ["utf-8", "utf-16le", "utf-16", "latin1"] as const) {
    const native = encoding === "utf-16" ? "utf16le" : encoding;
    await run(function* () {
      const buffering = random.pick([100, 5000, 70_000]);
      const file = yield* open(path("f"), "w+", { encoding, buffering });
      const pieces: string[] = [];
      let size = encoding === "utf-16" ? 2 : 0;
      for (let step = 0; step < 400; step++) {
        const piece = random.pick(encoding === "latin1" ? narrow : wide);
        yield* file.write(piece);
        pieces.push(piece);
        size += Buffer.byteLength(piece, native);
        const look = random.below(10);
        if (look === 0 && step > 10) expect(yield* file.tell()).toBe(size);
        if (look === 1 && step > 10) {
          const { bytesWritten, unwritten } = file.statistics();
          expect(bytesWritten + unwritten).toBe(size);
        }
        if (look === 2) yield* file.flush();
      }
      yield* file.seek(0);
      expect((yield* file.read()) === pieces.join(""), encoding).toBe(true);
    });
  }
});
