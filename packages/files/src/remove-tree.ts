// Removing a folder with all that is in it, and nothing else.
import { basename, dirname, resolve } from "node:path";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { FileNotFoundError, UnsupportedOperationError, type FileError } from "./errors.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { openHandle, rawName } from "./folder-handle.ts";
import type { Progress } from "./progress.ts";
import { TreeRemoval } from "./tree-removal.ts";

export interface RemoveTreeOptions {
  /** Whether it is as good when nothing is there. Default false: FileNotFoundError. */
  readonly missingOk?: boolean;
  /** Whether to make folders of ours writable that are not, as `temporaryDirectory` does. Default false: PermissionDeniedError. */
  readonly force?: boolean;
  /** Told now and then how many entries are gone; how many there are is not known. */
  readonly progress?: Progress;
  /** Given what cannot be removed, while all else is; by default the first such error ends it, and is thrown. */
  readonly onError?: (error: FileError) => void;
}

/** What a `removeTree` has removed. */
export interface RemoveTreeStatistics {
  readonly files: number;
  readonly folders: number;
}

/**
 * Removes a folder with all that is in it, or a file. Links are removed, not followed, also when somebody puts one in the place of a
 * folder meanwhile: on Linux names are looked up in the open folder itself, elsewhere a narrow gap is left. What vanishes on the way is
 * passed over. Names need not be UTF-8, nor paths short. Failed or cancelled, some of it is left. A cancel point.
 */
export function removeTree(path: FilePath, options: RemoveTreeOptions = {}): Awaitable<RemoveTreeStatistics> {
  return coroutine(removeTreeStep, resolve(pathText(path)), options);
}

function* removeTreeStep(path: string, options: RemoveTreeOptions): Coroutine<RemoveTreeStatistics> {
  if (path === dirname(path)) {
    throw new UnsupportedOperationError(`Cannot remove ${path} with all that is in it: it is the root`);
  }
  try {
    const parent = yield* openHandle(dirname(path));
    return yield* new TreeRemoval(parent, options).run(rawName(basename(path)));
  } catch (error) {
    if (!(error instanceof FileNotFoundError && options.missingOk === true)) throw error;
    return { files: 0, folders: 0 };
  }
}
