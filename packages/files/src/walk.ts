// walk: everything below a folder.
import type { FileError } from "./errors.ts";
import { pathText, type FilePath } from "./file-path.ts";
import type { Entry } from "./folders.ts";
import { TreeWalk, type Guide, type Look, type Walk } from "./tree-walk.ts";

export interface WalkOptions {
  /** Whether to go into folders that symbolic links lead to, except into one that the way there leads through. Default false. */
  readonly followSymlinks?: boolean;
  /** Given a folder that cannot be read; by default that is thrown. Folders that vanish meanwhile are passed over. */
  readonly onError?: (error: FileError) => void;
  /** Whether to go into a folder. Default all. */
  readonly enter?: (folder: Entry) => boolean;
}

/**
 * Everything below a folder, parents before children, in the order of a `find`: `for await`, or `yield* forEach(walk(path), ...)`. It is lazy: a
 * folder is read when its first entry is asked for. What it holds are the entries of the folders on the way to the current one, and of a huge
 * folder a block of them, so its memory does not grow with the tree. The folder itself must be there (FileNotFoundError); what
 * vanishes below it is passed over. A cancel point where it reads a folder.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { makedirs, walk, withTemporaryDirectory, writeText } from "@corio/files";
 *
 * await run(() =>
 *   withTemporaryDirectory(async (folder) => {
 *     await makedirs(`${folder}/a`);
 *     await writeText(`${folder}/a/b.txt`, "");
 *     for await (const entry of walk(folder)) console.log(entry.name); // => a, b.txt
 *   }),
 * );
 * ```
 */
export function walk(path: FilePath, options: WalkOptions = {}): Walk {
  return new TreeWalk(new WholeTree(options), [{ path: pathText(path), state: true, required: true }]);
}

const giveAndEnter: Look<true> = { given: true, below: true };
const give: Look<true> = { given: true, below: undefined };

class WholeTree implements Guide<true, Entry> {
  readonly followSymlinks: boolean;
  readonly onError: ((error: FileError) => void) | undefined;
  readonly #enter: ((folder: Entry) => boolean) | undefined;

  constructor(options: WalkOptions) {
    this.followSymlinks = options.followSymlinks ?? false;
    this.onError = options.onError;
    this.#enter = options.enter;
  }

  look(entry: Entry): Look<true> {
    return entry.isDirectory || (this.followSymlinks && entry.isSymbolicLink) ? giveAndEnter : give;
  }

  enters(folder: Entry): boolean {
    return this.#enter === undefined || this.#enter(folder);
  }

  names(): null {
    return null;
  }

  give(entry: Entry): Entry {
    return entry;
  }
}
