// Python's file modes: what they mean, and how they type the file that `open` gives.
import { constants } from "node:fs";

type Letter = "r" | "w" | "x" | "a";

/** Modes that open a text file. `r` reads, `w` empties or creates, `x` creates only, `a` appends; `+` does both ways. */
export type TextMode = Letter | `${Letter}+` | `${Letter}t` | `${Letter}+t` | `${Letter}t+`;

/** Modes that open a binary file: the same letters with `b`. */
export type BinaryMode = `${Letter}b` | `${Letter}+b` | `${Letter}b+`;

export interface ParsedMode {
  /** As the caller wrote it. */
  readonly text: string;
  readonly binary: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly append: boolean;
  /** For the system's open. */
  readonly flags: number;
}

const creating: Readonly<Record<Letter, number>> = {
  r: 0,
  w: constants.O_CREAT | constants.O_TRUNC,
  x: constants.O_CREAT | constants.O_EXCL,
  a: constants.O_CREAT | constants.O_APPEND,
};

export function parseMode(mode: string): ParsedMode {
  const letter = mode[0] as Letter;
  const rest = mode.slice(1);
  if (!"rwxa".includes(letter ?? " ") || !/^(?:[bt]?\+?|\+[bt])$/.test(rest)) {
    throw new TypeError(
      `Cannot open a file with mode ${JSON.stringify(mode)}: expected one of r, w, x, a, with "+", "b"`,
    );
  }
  const plus = rest.includes("+");
  const readable = letter === "r" || plus;
  const writable = letter !== "r" || plus;
  const access = plus ? constants.O_RDWR : readable ? constants.O_RDONLY : constants.O_WRONLY;
  return {
    text: mode,
    binary: rest.includes("b"),
    readable,
    writable,
    append: letter === "a",
    flags: access | creating[letter],
  };
}
