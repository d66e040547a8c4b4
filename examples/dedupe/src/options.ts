// What the command line says, and the one line about what it must not say.
import { parseArgs } from "node:util";

export const USAGE: string = `dedupe: finds files of equal content

  dedupe [flags] FOLDER ...

  --min BYTES        the least size that counts                       (1)
  --exclude PATTERN  what to leave out, with all that is below it; may be given several times
  --threads N        threads that hash                                (one less than there are processors)
  --summary          only how many there are, and how much they take
  --help             this text

Prints the names of equal files one below the other, and an empty line between those that differ. Names of one file (hard
links) count once, symbolic links not at all.
`;

export interface Command {
  readonly help: boolean;
  readonly folders: readonly string[];
  readonly least: number;
  readonly exclude: readonly string[];
  readonly threads: number | undefined;
  readonly summary: boolean;
}

export class BadInput extends Error {}

export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = read(args);
  const help = values.help === true;
  if (!help && positionals.length === 0) throw new BadInput("name a folder to look through");
  return {
    help,
    folders: positionals,
    least: wholeNumber("--min", values.min ?? "1", 0),
    exclude: values.exclude ?? [],
    threads: values.threads === undefined ? undefined : wholeNumber("--threads", values.threads, 1),
    summary: values.summary === true,
  };
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new BadInput(`${flag} needs a whole number from ${least}, not "${text}"`);
}

interface Read {
  readonly values: {
    readonly min?: string;
    readonly exclude?: string[];
    readonly threads?: string;
    readonly summary?: boolean;
    readonly help?: boolean;
  };
  readonly positionals: readonly string[];
}

function read(args: readonly string[]): Read {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        min: { type: "string" },
        exclude: { type: "string", multiple: true },
        threads: { type: "string" },
        summary: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new BadInput((error as Error).message.split(". ")[0]!);
  }
}
