// Encodings: their names, their tables and what they refuse, as Python has them.
import { readFileSync, writeFileSync } from "node:fs";
import { run } from "corio";
import { describe, expect, test } from "vitest";
import { DecodeError, EncodeError, open, readText, writeText, type TextErrors } from "../src/index.ts";
import { Random } from "./support/random.ts";
import { tempFolder } from "./support/temp-folder.ts";

interface Encoded {
  readonly encoding: string;
  readonly errors: TextErrors;
  readonly text: string;
  readonly bytes?: string;
  readonly index?: number;
}

// Made by fixtures/python-bytes.py with Python itself.
const { tables, encoded } = JSON.parse(
  readFileSync(new URL("fixtures/python-bytes.json", import.meta.url), "utf8"),
) as { tables: Record<string, (string | null)[]>; encoded: Encoded[] };

const path = tempFolder();

describe.each(Object.keys(tables))("%s", (encoding) => {
  const upper = tables[encoding] as (string | null)[];

  test("every byte is the character that Python says, or none", async () => {
    await run(async () => {
      const all = Array.from({ length: 256 }, (_, byte) => byte);
      const characterOf = (byte: number): string | null =>
        byte < 128 ? String.fromCharCode(byte) : (upper[byte - 128] as string | null);
      const defined = all.filter((byte) => characterOf(byte) !== null);
      writeFileSync(path("f"), Buffer.from(defined));
      expect(await readText(path("f"), { encoding })).toBe(defined.map(characterOf).join(""));
      for (const byte of all.filter((each) => characterOf(each) === null)) {
        writeFileSync(path("f"), Buffer.of(byte));
        await expect(readText(path("f"), { encoding }), `${byte}`).rejects.toThrow(DecodeError);
        const shown = await readText(path("f"), { encoding, errors: "backslashreplace" });
        expect(shown).toBe(`\\x${byte.toString(16)}`);
      }
    });
  });

  test("what is written is read again, and what it does not have is refused before anything is written", async () => {
    const random = new Random(11);
    const all = [...upper.filter((character) => character !== null), "a", "z", "\n", "0"];
    const text = Array.from({ length: 3000 }, () => random.pick(all)).join("");
    await run(async () => {
      await writeText(path("f"), text, { encoding });
      expect(readFileSync(path("f")).length).toBe(3000);
      const file = await open(path("f"), "r", { encoding, newline: "\n", buffering: 100 });
      expect(await file.read()).toBe(text);
      const out = await open(path("g"), "w", { encoding });
      await expect(out.write("ok \u3042")).rejects.toThrow(EncodeError);
      await out.close();
      expect(readFileSync(path("g")).length).toBe(0);
    });
  });
});

test.each(encoded)("$encoding writes $text with errors $errors as Python does", async (expected) => {
  const { encoding, errors, text, bytes, index } = expected;
  await run(async () => {
    // In one piece, and into a buffer that other text has filled in part.
    for (const before of ["", "x".repeat(2000)]) {
      const file = await open(path("f"), "w", { encoding, errors, newline: "\n" });
      await file.write(before);
      const { length } = Buffer.from(before, encoding.startsWith("utf-16") ? "utf16le" : "latin1");
      if (bytes === undefined) await expect(file.write(text)).rejects.toMatchObject({ index });
      else expect(await file.write(text)).toBe(text.length);
      await file.close();
      expect(readFileSync(path("f")).subarray(length).toString("hex")).toBe(bytes ?? "");
    }
  });
});

test("Python's other names are known, and an encoding is called by its usual one", async () => {
  const names: Record<string, string> = {
    UTF8: "utf-8",
    utf_8: "utf-8",
    utf_8_sig: "utf-8-sig",
    UTF16: "utf-16",
    "utf-16-be": "utf-16be",
    utf_16_le: "utf-16le",
    "latin-1": "latin1",
    "ISO-8859-1": "latin1",
    "us-ascii": "ascii",
    cp1252: "windows-1252",
    CP1251: "windows-1251",
    "iso8859-15": "iso-8859-15",
    iso8859_2: "iso-8859-2",
    koi8_r: "koi8-r",
    cp866: "ibm866",
    mac_roman: "macintosh",
    "shift-jis": "shift_jis",
    cp932: "shift_jis",
    gb2312: "gbk",
    euc_kr: "euc-kr",
  };
  writeFileSync(path("f"), "");
  await run(async () => {
    for (const [name, usual] of Object.entries(names))
      expect((await open(path("f"), "r", { encoding: name })).encoding).toBe(usual);
  });
});

test("what cannot be done is said before a file is touched", async () => {
  writeFileSync(path("f"), "kept");
  await run(async () => {
    for (const options of [
      { encoding: "klingon" },
      { encoding: "shift_jis" },
      { encoding: "iso-2022-jp" },
      { errors: "xmlcharrefreplace" as TextErrors },
      { encoding: "utf-16", errors: "surrogateescape" as const },
      { encoding: 8 as unknown as string },
    ])
      await expect(open(path("f"), "w", options), JSON.stringify(options)).rejects.toThrow(TypeError);
    await expect(writeText(path("f"), "x", { encoding: "gbk" })).rejects.toThrow("can only be read");
  });
  expect(readFileSync(path("f"), "utf8")).toBe("kept");
});

test("UTF-16 goes by its mark, also for who comes to the middle first", async () => {
  await run(async () => {
    for (const [mark, order] of [
      ["fffe", "le"],
      ["feff", "be"],
    ] as const) {
      const body = Buffer.from("one\ntwo\n", "utf16le");
      if (order === "be") body.swap16();
      writeFileSync(path("f"), Buffer.concat([Buffer.from(mark, "hex"), body]));
      const first = await open(path("f"), "r", { encoding: "utf-16" });
      await first.readLine();
      const place = await first.tell();
      const second = await open(path("f"), "r", { encoding: "utf-16", buffering: 3 });
      await second.seek(place);
      expect(await second.read()).toBe("two\n");
      const both = await open(path("f"), "r+", { encoding: "utf-16" });
      await both.read();
      await both.write("three\n");
      await both.close();
      expect(await readText(path("f"), { encoding: "utf-16" })).toBe("one\ntwo\nthree\n");
    }
    await writeText(path("g"), "h", { encoding: "utf-16" });
    expect(readFileSync(path("g")).toString("hex")).toBe("fffe6800");
    const appended = await open(path("g"), "a", { encoding: "utf-16" });
    await appended.write("i");
    await appended.close();
    expect(readFileSync(path("g")).toString("hex")).toBe("fffe68006900");
  });
});
