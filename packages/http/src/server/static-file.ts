// Finding a file below a directory, and nothing outside of it: what was opened is checked, not the name it was asked for by.

import { constants } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Coroutine } from "corio";
import { fromPromise, shield } from "corio";

export interface OpenFile {
  readonly handle: FileHandle;
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

const INDEX = "index.html";
// A FIFO would block the open for ever.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
const ABSENT: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "EACCES",
  "EPERM",
  "EINVAL",
  "ENXIO",
]);

/**
 * The names below the directory that decoded path segments stand for; null when one of them is no plain name: `..`, a dot
 * file, one with a separator, a drive letter or a NUL in it.
 */
export function safeNames(segments: readonly string[]): readonly string[] | null {
  const names = segments.at(-1) === "" ? segments.slice(0, -1) : segments;
  return names.every(isPlainName) ? names : null;
}

function isPlainName(name: string): boolean {
  if (name === "" || name.startsWith(".") || name.length > 255) return false;
  // Windows drops dots and spaces at the end, and takes "c:" and "file:stream" apart.
  // oxlint-disable-next-line no-control-regex
  return !/[/\\:\0-\x1f\x7f]/.test(name) && !/[. ]$/.test(name);
}

export type Found =
  | { readonly kind: "file"; readonly file: OpenFile }
  | { readonly kind: "directory" }
  | { readonly kind: "absent" };

const NOT_FOUND: Found = { kind: "absent" };

/** Opens the file, or a directory's index. The caller closes the handle. `trailing`: the path ended with a slash. */
export function* openBelow(root: string, names: readonly string[], trailing: boolean): Coroutine<Found> {
  try {
    const base = yield* fromPromise(realpath(root));
    const real = yield* fromPromise(realpath(join(base, ...names)));
    if (!contains(base, real)) return NOT_FOUND;
    const status = yield* fromPromise(stat(real));
    if (!status.isDirectory())
      return status.isFile() && !trailing ? yield* openChecked(base, real) : NOT_FOUND;
    if (!trailing) return { kind: "directory" };
    const index = yield* fromPromise(realpath(join(real, INDEX)));
    return contains(base, index) ? yield* openChecked(base, index) : NOT_FOUND;
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? "")) return NOT_FOUND;
    throw error;
  }
}

function* openChecked(base: string, real: string): Coroutine<Found> {
  const handle = yield* fromPromise(() => open(real, FLAGS), { onLate: closeLate });
  let kept = false;
  try {
    const opened = yield* fromPromise(() => handle.stat());
    if (!opened.isFile()) return NOT_FOUND;
    // Between the look and the open a directory may have become a link: what is open must be what now lies inside.
    const again = yield* fromPromise(realpath(real));
    const inside = yield* fromPromise(stat(again));
    if (!contains(base, again) || inside.dev !== opened.dev || inside.ino !== opened.ino) return NOT_FOUND;
    kept = true;
    return { kind: "file", file: { handle, path: real, size: opened.size, modified: opened.mtimeMs } };
  } finally {
    if (!kept) yield* shield(() => fromPromise(handle.close()));
  }
}

function contains(base: string, path: string): boolean {
  return path === base || path.startsWith(base.endsWith(sep) ? base : base + sep);
}

function closeLate(handle: FileHandle): void {
  void handle.close();
}
