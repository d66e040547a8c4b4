// What the command line says, and the one line about what it must not say.
import { parseArgs } from "node:util";
import type { Count } from "./counter.ts";

export const USAGE: string = `wc: lines, words and bytes of files, many at once

  wc [flags] [FILE ...]     without a file, or for -, standard input

  -c, --bytes    bytes
  -m, --chars    characters (UTF-8)
  -l, --lines    line ends
  -w, --words    words: what stands between white space
      --help     this text

Without flags: lines, words and bytes. With several files, a line with their total comes last.
`;

/** In the order in which they are printed. */
const counts: readonly Count[] = ["lines", "words", "chars", "bytes"];

export interface Command {
  readonly help: boolean;
  readonly counts: readonly Count[];
  /** Undefined: nothing was named, so standard input without a name. */
  readonly files: readonly (string | undefined)[];
}

export class BadInput extends Error {}

export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = read(args);
  const wanted = counts.filter((count) => values[count] === true);
  return {
    help: values["help"] === true,
    counts: wanted.length === 0 ? ["lines", "words", "bytes"] : wanted,
    files: positionals.length === 0 ? [undefined] : positionals,
  };
}

function read(args: readonly string[]): {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
} {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        bytes: { type: "boolean", short: "c" },
        chars: { type: "boolean", short: "m" },
        lines: { type: "boolean", short: "l" },
        words: { type: "boolean", short: "w" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    const unknown = /^Unknown option '(--?)([^']*)'/.exec((error as Error).message);
    if (unknown === null) throw new BadInput((error as Error).message);
    const [, dashes, name = ""] = unknown;
    throw new BadInput(
      dashes === "--" ? `unrecognized option '--${name}'` : `invalid option -- '${name.slice(0, 1)}'`,
    );
  }
}
