// copyTree: a folder with all that is in it.
import * as fs from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { FileExistsError, SameFileError, type FileError, type UnsupportedOperationError } from "../errors.ts";
import { pathText, type FilePath } from "../file-path.ts";
import { openHandle, rawName, type FolderHandle } from "../folder-handle.ts";
import type { Entry } from "../folders.ts";
import { hostCall } from "../host-call.ts";
import type { Progress } from "../progress.ts";
import { TreeCopy } from "./tree-copy.ts";

export interface CopyTreeOptions {
  /** Whether the destination may be there: it is filled up. Default false: FileExistsError. */
  readonly existOk?: boolean;
  /** Whether files that are there are replaced, each in one step. Default true; false is a FileExistsError. */
  readonly overwrite?: boolean;
  /** Whether times, and owners where the process may set them, are kept as well as permissions. Default false. */
  readonly preserve?: boolean;
  /** Whether what symbolic links in the tree lead to is copied in their place. Default false: links are copied as links. */
  readonly followSymlinks?: boolean;
  /** Whether to copy an entry, with what is below it. Default all. The path is that in the source. */
  readonly filter?: (entry: Entry) => boolean;
  /** Told now and then how many bytes have been copied; how many there are is not known. */
  readonly progress?: Progress;
  /** Given what cannot be copied, while all else is; by default the first such error ends it, and is thrown. */
  readonly onError?: (error: FileError | UnsupportedOperationError | SameFileError) => void;
}

/** What a `copyTree` has copied. */
export interface CopyTreeStatistics {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  readonly bytes: number;
}

/**
 * Copies a folder with all that is in it. Each file is whole or not there; failed or cancelled, what was copied so far is left, and a second
 * run with `existOk` goes on. What vanishes meanwhile is passed over. Pipes, sockets and devices are UnsupportedOperationErrors.
 *
 * Nothing is read or written outside the two trees: a link that somebody puts in the place of a folder, in either tree, is not gone through. On
 * Linux names are looked up in the open folders themselves; elsewhere a narrow gap is left. A cancel point.
 */
export function copyTree(
  source: FilePath,
  destination: FilePath,
  options: CopyTreeOptions = {},
): Awaitable<CopyTreeStatistics> {
  return coroutine(copyTreeStep, pathText(source), resolve(pathText(destination)), options);
}

function* copyTreeStep(
  source: string,
  destination: string,
  options: CopyTreeOptions,
): Coroutine<CopyTreeStatistics> {
  const from = yield* openHandle(source);
  let destinationFolder: Destination;
  try {
    yield* refuseInside(source, destination);
    destinationFolder = yield* openDestination(destination, options.existOk ?? false);
  } catch (error) {
    from.close();
    throw error;
  }
  const { to, made } = destinationFolder;
  return yield* new TreeCopy(from, to, options).run(made);
}

/** A tree that is copied into itself would never end. */
function* refuseInside(source: string, destination: string): Coroutine<void> {
  const from = yield* realPath(source);
  const to = join(yield* realPath(dirname(destination)), basename(destination));
  if (to === from) throw new SameFileError(source, destination, "they are the same folder");
  if (to.startsWith(from.endsWith(sep) ? from : from + sep)) {
    throw new SameFileError(source, destination, "the destination lies inside the source");
  }
}

function* realPath(path: string): Coroutine<string> {
  return yield* hostCall<string>("resolve", path, (done) => fs.realpath(path, done));
}

interface Destination {
  readonly to: FolderHandle;
  /** Whether it was not there before. */
  readonly made: boolean;
}

function* openDestination(path: string, existOk: boolean): Coroutine<Destination> {
  const name = rawName(basename(path));
  const parent = yield* openHandle(dirname(path));
  try {
    yield* parent.makeFolder(name);
    return { to: yield* parent.open(name), made: true };
  } catch (error) {
    if (!(error instanceof FileExistsError) || !existOk) throw error;
  } finally {
    parent.close();
  }
  // A link to a folder is as good: the caller has named it.
  return { to: yield* openHandle(path), made: false };
}
