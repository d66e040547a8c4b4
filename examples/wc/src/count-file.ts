// One file, counted.
import { fstatSync, type Stats } from "node:fs";
import { FileError, open, stat, stdinBytes, type BinaryFile } from "@corio/files";
import { Counter, type Count, type Counts } from "./counter.ts";

const blockSize = 256 * 1024;

export interface Counted {
  /** As it was named; undefined for standard input without a name. */
  readonly name: string | undefined;
  /** Undefined when there is none: it could not be opened. */
  readonly counts: Counts | undefined;
  /** What went wrong, if something did. */
  readonly error: FileError | undefined;
  /** What the system says of it; undefined when it is not there. */
  readonly stats: Stats | undefined;
}

const nothing: Counts = { lines: 0, words: 0, chars: 0, bytes: 0 };

export async function countFile(name: string | undefined, wanted: readonly Count[]): Promise<Counted> {
  let stats: Stats | undefined;
  try {
    if (name === undefined || name === "-") {
      stats = fstatSync(0);
      return { name, stats, counts: await countBlocks(stdinBytes, wanted), error: undefined };
    }
    stats = await stat(name);
    // The system knows how many bytes a file has.
    const known = stats.isFile() && stats.size > 0 && wanted.every((count) => count === "bytes");
    const counts = known ? { ...nothing, bytes: stats.size } : await countByName(name, wanted);
    return { name, stats, counts, error: undefined };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // As wc does: a folder can be opened, and has nothing to be read.
    return { name, stats, counts: error.code === "EISDIR" ? nothing : undefined, error };
  }
}

async function countByName(name: string, wanted: readonly Count[]): Promise<Counts> {
  // No buffer but ours.
  await using file = await open(name, "rb", { buffering: 0 });
  return await countBlocks(file, wanted);
}

async function countBlocks(file: BinaryFile, wanted: readonly Count[]): Promise<Counts> {
  const counter = new Counter(wanted);
  const buffer = Buffer.allocUnsafe(blockSize);
  for (;;) {
    const length = await file.readInto(buffer);
    if (length === 0) return counter.counts();
    counter.add(buffer.subarray(0, length));
  }
}
