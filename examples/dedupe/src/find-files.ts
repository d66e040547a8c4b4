// Which files there are, by size: only those of the same size can be equal.
import { forEach } from "corio";
import { FileError, glob, stat, type Entry } from "@corio/files";

/** How many files are asked about at a time. */
const atATime = 16;

export interface Found {
  /** Paths by size. */
  readonly bySize: ReadonlyMap<number, readonly string[]>;
  /** How many files were looked at. */
  readonly files: number;
}

export interface FindOptions {
  readonly folders: readonly string[];
  readonly least: number;
  readonly exclude: readonly string[];
  /** Told what cannot be looked at. */
  readonly trouble: (path: string, code: string) => void;
}

export async function findFiles({ folders, least, exclude, trouble }: FindOptions): Promise<Found> {
  const bySize = new Map<number, string[]>();
  /** Files that were met, whatever their names. */
  const met = new Set<string>();
  let files = 0;
  const look = async (entry: Entry): Promise<void> => {
    if (!entry.isFile) return;
    try {
      const { size, dev, ino } = await stat(entry.path, { followSymlinks: false });
      const identity = `${dev}:${ino}`;
      if (size < least || met.has(identity)) return;
      met.add(identity);
      files++;
      const same = bySize.get(size);
      if (same === undefined) bySize.set(size, [entry.path]);
      else same.push(entry.path);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      // It vanished: that is no trouble.
      if (error.code !== "ENOENT") trouble(entry.path, error.code);
    }
  };
  for (const cwd of folders) {
    const onError = (error: FileError): void => trouble(error.path, error.code);
    try {
      const entries = glob("**", { cwd, dot: true, exclude, onError, withFileTypes: true });
      await forEach(entries, look, { concurrency: atATime });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      trouble(cwd, error.code);
    }
  }
  return { bySize, files };
}
