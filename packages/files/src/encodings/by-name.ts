// Which encoding a name means: Python's names and the web's.
import type { TextCodec, TextErrors } from "../text-codec.ts";
import { MultiByte } from "./multi-byte.ts";
import { Latin1, SingleByte, type UpperHalf } from "./single-byte.ts";
import { Utf16 } from "./utf16.ts";
import { Utf8 } from "./utf8.ts";

/**
 * Encodings by their usual names; Python's other names for them are taken as well ("utf8", "cp1252", "iso8859-15", "shift-jis").
 * `utf-8-sig` is UTF-8 whose byte order mark is removed in reading and written at the start of a file; `utf-16` goes by its mark. The last
 * line can be read only.
 */
export type TextEncoding =
  | "utf-8"
  | "utf-8-sig"
  | "utf-16"
  | "utf-16le"
  | "utf-16be"
  | "ascii"
  | "latin1"
  | `windows-125${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`
  | "windows-874"
  | `iso-8859-${2 | 3 | 4 | 5 | 6 | 7 | 8 | 10 | 13 | 14 | 15 | 16}`
  | "koi8-r"
  | "koi8-u"
  | "ibm866"
  | "macintosh"
  | "x-mac-cyrillic"
  | ("shift_jis" | "euc-jp" | "gbk" | "gb18030" | "big5" | "euc-kr");

const single =
  /^(?:windows-(?:125[0-8]|874)|iso-8859-(?:[2-8]|1[03-6])|koi8-[ru]|ibm866|macintosh|x-mac-cyrillic)$/;
const multiple = /^(?:shift_jis|euc-jp|gbk|gb18030|big5|euc-kr)$/;

const others: Readonly<Record<string, string>> = {
  utf8: "utf-8",
  u8: "utf-8",
  "utf8-sig": "utf-8-sig",
  utf16: "utf-16",
  utf16le: "utf-16le",
  "utf-16-le": "utf-16le",
  utf16be: "utf-16be",
  "utf-16-be": "utf-16be",
  "us-ascii": "ascii",
  "latin-1": "latin1",
  l1: "latin1",
  "iso-8859-1": "latin1",
  cp866: "ibm866",
  cp874: "windows-874",
  cp932: "shift_jis",
  "shift-jis": "shift_jis",
  sjis: "shift_jis",
  eucjp: "euc-jp",
  gb2312: "gbk",
  cp936: "gbk",
  cp950: "big5",
  euckr: "euc-kr",
  cp949: "euc-kr",
  "mac-roman": "macintosh",
  "mac-cyrillic": "x-mac-cyrillic",
};

/** The usual name for what a caller names. */
function usualName(encoding: string): string {
  const name = encoding
    .toLowerCase()
    .replaceAll(/[_ ]/g, "-")
    .replace(/^cp(125\d)$/, "windows-$1")
    .replace(/^iso-?8859-?(\d+)$/, "iso-8859-$1");
  return others[name] ?? name;
}

/** TypeError for an encoding that there is not, or that cannot do what is asked of it, before any file is touched. */
export function textCodec(encoding: string, errors: TextErrors, writable: boolean): TextCodec {
  if (typeof encoding !== "string") throw new TypeError(`Cannot use ${typeof encoding} as an encoding`);
  const name = usualName(encoding);
  checkErrors(name, errors);
  if (name === "utf-8" || name === "utf-8-sig") return new Utf8(name === "utf-8-sig", errors);
  if (name === "utf-16") return new Utf16(undefined, errors);
  if (name === "utf-16le" || name === "utf-16be") return new Utf16(name === "utf-16le" ? "le" : "be", errors);
  if (name === "latin1") return new Latin1(errors);
  if (name === "ascii") return new SingleByte(name, Array<string>(128).fill(""), errors);
  if (single.test(name)) return new SingleByte(name, upperHalf(name), errors);
  if (!multiple.test(name)) {
    throw new TypeError(
      `Cannot use the encoding ${JSON.stringify(encoding)}: it is none of those that TextEncoding lists`,
    );
  }
  if (writable) throw new TypeError(`Cannot write the encoding ${name}: it can only be read`);
  return new MultiByte(name, errors);
}

const known: readonly TextErrors[] = ["strict", "replace", "ignore", "surrogateescape", "backslashreplace"];

function checkErrors(name: string, errors: TextErrors): void {
  if (!known.includes(errors))
    throw new TypeError(`Cannot use errors: ${JSON.stringify(errors)}; there are ${known.join(", ")}`);
  // A byte below 0x80 has no surrogate that would stand for it.
  if (errors === "surrogateescape" && (name.startsWith("utf-16") || multiple.test(name)))
    throw new TypeError(`Cannot use errors: "surrogateescape" with ${name}: it is for encodings above ASCII`);
}

const halves = new Map<string, UpperHalf>();

/** 0x80 to 0x9f of Windows' Latin alphabet: some versions of node decode it as Latin-1. */
const westernWindows =
  "\u20ac\0\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\0\u017d\0" +
  "\0\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\0\u017e\u0178";

/** Where the web's tables, which are the host's, are not those of Python (and of RFC 2319). */
const corrections: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "koi8-u": { 0xae: "\u255d", 0xbe: "\u256c" },
  "windows-1255": { 0xca: "\0" },
  "windows-1252": Object.fromEntries(
    Array.from(westernWindows, (character, index) => [0x80 + index, character]),
  ),
};

function upperHalf(name: string): UpperHalf {
  let half = halves.get(name);
  if (half === undefined) {
    const decoder = new TextDecoder(name);
    half = Array.from({ length: 128 }, (_, index) => {
      const byte = index + 0x80;
      const character = corrections[name]?.[byte] ?? decoder.decode(Uint8Array.of(byte));
      // What a code page of Windows leaves open is no text, where the web has control characters.
      const open = name.startsWith("windows") && character >= "\x80" && character <= "\x9f";
      return character === "\uFFFD" || character === "\0" || open ? "" : character;
    });
    halves.set(name, half);
  }
  return half;
}
