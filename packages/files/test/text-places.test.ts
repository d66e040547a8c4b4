// Reading in any pieces, and coming back to any place: random texts, in every encoding and with every way to take mistakes.
import { writeFileSync } from "node:fs";
import { run } from "corio";
import { expect, test } from "vitest";
import { open, type Newline, type TextErrors, type TextFile } from "../src/index.ts";
import { Random } from "./support/random.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

const encodings = ["utf-8", "utf-8-sig", "utf-16", "utf-16le", "utf-16be", "latin1", "ascii", "windows-1252"];
const legacy = ["shift_jis", "gbk", "gb18030", "euc-jp", "big5"];

/** Bytes of a text with mistakes in it. */
function contentOf(random: Random, encoding: string, clean: boolean): Buffer {
  const wide = encoding.startsWith("utf-16");
  const atoms = ["a", "é", "€", "😀", "\n", "\r\n", "\r", "longer text ", "\0", "日本"];
  const invalid = [
    [0xff],
    [0xe2, 0x82],
    [0xf0, 0x9f],
    [0x81],
    [0xd8, 0xd8],
    [0xed, 0xa0, 0x80],
    [0x00, 0xdc],
  ];
  const parts: Buffer[] = encoding === "utf-16" ? [Buffer.from([0xff, 0xfe])] : [];
  for (let i = 0; i < 120; i++) {
    if (!clean && random.below(12) === 0) {
      const bytes = Buffer.from(random.pick(invalid));
      if (!wide || bytes.length % 2 === 0) parts.push(bytes);
    } else {
      const atom = random.pick(atoms);
      const bytes = wide ? Buffer.from(atom, "utf16le") : Buffer.from(atom, "utf8");
      parts.push(encoding === "utf-16be" ? bytes.swap16() : bytes);
    }
  }
  return Buffer.concat(parts);
}

async function piece(file: TextFile, random: Random): Promise<string> {
  switch (random.below(4)) {
    case 0:
      return file.read(1 + random.below(9));
    case 1:
      return file.readLine();
    case 2:
      return file.readLine(1 + random.below(6));
    default: {
      for await (const line of file) return line;
      return "";
    }
  }
}

test.each(Array.from({ length: 80 }, (_, seed) => seed))(
  "pieces make up the whole, and every place is found again (seed %i, files 7, files 8)",
  async (seed) => {
    const random = new Random(seed + 5000);
    const encoding = random.pick([...encodings, ...encodings, ...legacy]);
    const lenient: TextErrors[] = ["replace", "ignore", "backslashreplace"];
    if (!encoding.startsWith("utf-16") && !legacy.includes(encoding)) lenient.push("surrogateescape");
    const errors = random.pick(lenient);
    const newline = random.pick<Newline>([null, "", "\n", "\r", "\r\n"]);
    const buffering = random.pick([undefined, 4, 7, 64, 1000]);
    const options = { encoding, errors, newline, ...(buffering === undefined ? {} : { buffering }) };
    const what = `seed ${seed}: ${JSON.stringify(options)}`;
    writeFileSync(path("f"), contentOf(random, encoding, random.below(4) === 0));
    await run(async () => {
      const whole = await (await open(path("f"), "r", options)).read();
      const file = await open(path("f"), "r", options);
      const marks: [place: number, at: number][] = [];
      let at = 0;
      for (;;) {
        marks.push([await file.tell(), at]);
        const read = await piece(file, random);
        if (read === "") break;
        expect(whole.slice(at, at + read.length), what).toBe(read);
        at += read.length;
      }
      expect(at, what).toBe(whole.length);
      const other = await open(path("f"), "r", options);
      for (let i = 0; i < 12; i++) {
        const [place, from] = random.pick(marks);
        for (const each of [file, other]) {
          await each.seek(place);
          expect(await each.tell(), what).toBe(place);
          const read = await piece(each, random);
          expect(whole.slice(from).startsWith(read), `${what}, place ${place}`).toBe(true);
          expect(read === "", what).toBe(from === whole.length);
          // And what is behind it is behind it still.
          if (i % 5 === 0) expect(await each.read(), what).toBe(whole.slice(from + read.length));
        }
      }
    });
  },
);
