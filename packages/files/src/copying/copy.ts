// copy: one file.
import * as fs from "node:fs";
import { basename, dirname } from "node:path";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { SameFileError, systemError } from "../errors.ts";
import { pathText, type FilePath } from "../file-path.ts";
import { openHandle, rawName } from "../folder-handle.ts";
import { hostCall } from "../host-call.ts";
import { sameIdentity } from "../identity.ts";
import type { Progress } from "../progress.ts";
import { lstatOf, planReplacement } from "../replacement.ts";
import { copyInto } from "./copy-into.ts";
import { copyLink } from "./copy-link.ts";
import { openSource, type SourceFile } from "./source-file.ts";

export interface CopyOptions {
  /** Whether a file that is there is replaced, in one step. Default true; false is a FileExistsError, also for one that comes meanwhile. */
  readonly overwrite?: boolean;
  /** Whether the times, and the owner where the process may set it, are kept as well as the permissions. Default false. */
  readonly preserve?: boolean;
  /** Whether symbolic links stand for what they lead to: the source's content, the destination's place. Default true; false copies, or replaces, the link. */
  readonly followSymlinks?: boolean;
  /** Told now and then how many bytes of how many have been copied. */
  readonly progress?: Progress;
}

/**
 * Copies a file with its permissions. Gives how many bytes it has. Where the file system can share blocks between files nothing is copied at
 * all, and holes stay holes. The copy is whole or not there: it is written under another name and renamed. Failed or cancelled, the
 * destination is as before; a cancellation waits for no more than a megabyte. Access lists and extended attributes are not kept.
 *
 * IsADirectoryError for folders, in either place (see `copyTree`), UnsupportedOperationError for pipes and devices, SameFileError for a copy onto
 * itself. It does not wait for the disk: see `writeAtomic`. A cancel point.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { copy, withTemporaryDirectory, writeText } from "@corio/files";
 *
 * await run(() =>
 *   withTemporaryDirectory(async (folder) => {
 *     await writeText(`${folder}/a`, "content");
 *     console.log(await copy(`${folder}/a`, `${folder}/b`)); // => 7
 *   }),
 * );
 * ```
 */
export function copy(source: FilePath, destination: FilePath, options: CopyOptions = {}): Awaitable<number> {
  return coroutine(copyStep, pathText(source), pathText(destination), options);
}

function* copyStep(path: string, destination: string, options: CopyOptions): Coroutine<number> {
  const { followSymlinks = true } = options;
  if (!followSymlinks && (yield* lstatOf(path))?.isSymbolicLink() === true) {
    return yield* copyLinkStep(path, destination, options);
  }
  const source = yield* openSource(path, followSymlinks, (flags) =>
    hostCall<number>(
      "copy",
      path,
      (done) => fs.open(path, flags, done),
      (late) => fs.close(late, () => {}),
      destination,
    ),
  );
  try {
    return yield* copyContent(source, destination, options);
  } finally {
    source.close();
  }
}

function* copyContent(source: SourceFile, destination: string, options: CopyOptions): Coroutine<number> {
  const { overwrite = true, preserve = false, followSymlinks = true, progress } = options;
  const { target, folder, old } = yield* planReplacement("copy to", destination, followSymlinks);
  const handle = yield* openHandle(folder);
  const name = rawName(basename(target));
  const size = source.size;
  let copied = 0;
  try {
    if (old !== undefined && sameIdentity(yield* handle.lstat(name), source.stats)) {
      throw new SameFileError(source.path, destination, "they are the same file");
    }
    if (old !== undefined && !overwrite) {
      throw systemError("EEXIST", "it is there already", "copy", source.path, target);
    }
    const tell = (bytes: number): void => {
      copied = bytes;
      progress?.(bytes, size === 0 ? undefined : Math.max(size, bytes));
    };
    yield* copyInto(source, handle, name, { overwrite, preserve, tell });
  } finally {
    handle.close();
  }
  return copied;
}

function* copyLinkStep(path: string, destination: string, options: CopyOptions): Coroutine<number> {
  const from = yield* openHandle(dirname(path));
  try {
    const to = yield* openHandle(dirname(destination));
    try {
      yield* copyLink(
        from,
        rawName(basename(path)),
        to,
        rawName(basename(destination)),
        options.overwrite ?? true,
      );
    } finally {
      to.close();
    }
  } finally {
    from.close();
  }
  return 0;
}
