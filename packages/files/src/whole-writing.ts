// Writing a whole file in one wait.
import * as fs from "node:fs";
import { cancelScope, type Coroutine } from "corio";
import type { BinaryFile } from "./binary-file.ts";
import { FileError } from "./errors.ts";
import { hostCall, type Done } from "./host-call.ts";
import { openFile } from "./open-file.ts";
import type { Progress } from "./progress.ts";

/** More than this is written piece by piece, between which a cancellation has its chance. */
const atOnce = 16 * 1024 * 1024;
/** How often progress is told, in bytes. */
const pace = 1024 * 1024;

const constants = fs.constants as Partial<typeof fs.constants> & typeof fs.constants;
const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants;
const nonBlocking = constants.O_NONBLOCK ?? 0;

export function* writeWhole(
  path: string,
  bytes: Uint8Array,
  flag: "w" | "a",
  permissions: number,
  progress?: Progress,
): Coroutine<void> {
  if (progress !== undefined || bytes.length > atOnce)
    return yield* writeLong(path, bytes, flag, permissions, progress);
  const state = { wanted: true };
  let special: number | undefined;
  try {
    special = yield* hostCall<number | undefined>(
      "write",
      path,
      (done) => startWriting(path, bytes, flag, permissions, state, done),
      (fd) => {
        if (fd !== undefined) fs.closeSync(fd);
      },
    );
  } catch (error) {
    // A FIFO that nobody reads yet.
    if (!(error instanceof FileError && error.code === "ENXIO")) throw error;
    return yield* writeLong(path, bytes, flag, permissions, undefined);
  } finally {
    state.wanted = false;
  }
  if (special === undefined) return;
  try {
    yield* writeLong(path, bytes, flag, permissions, undefined);
  } finally {
    // Not before: a reader would take it for the end.
    fs.closeSync(special);
  }
}

/** Gives nothing when all is written; the descriptor of what is no regular file, which has to be waited for in another way. */
function startWriting(
  path: string,
  bytes: Uint8Array,
  flag: "w" | "a",
  permissions: number,
  state: { wanted: boolean },
  done: Done<number | undefined>,
): void {
  const flags = O_WRONLY | O_CREAT | (flag === "w" ? O_TRUNC : O_APPEND) | nonBlocking;
  fs.open(path, flags, permissions, (error, fd) => {
    if (error !== null) return done(error, undefined);
    const end = (failure: Error | null): void =>
      fs.close(fd, (closing) => done(failure ?? closing ?? null, undefined));
    try {
      if (!fs.fstatSync(fd).isFile()) return done(null, fd);
    } catch (failure) {
      return end(failure as Error);
    }
    const next = (from: number): void => {
      if (from === bytes.length || !state.wanted) return end(null);
      fs.write(fd, bytes, from, bytes.length - from, null, (failure, count) => {
        if (failure !== null) end(failure);
        else next(from + count);
      });
    };
    next(0);
  });
}

function* writeLong(
  path: string,
  bytes: Uint8Array,
  flag: "w" | "a",
  permissions: number,
  progress: Progress | undefined,
): Coroutine<void> {
  yield* cancelScope(function* () {
    const file = (yield* openFile(path, `${flag}b`, { permissions, buffering: 0 })) as BinaryFile;
    try {
      const size = progress === undefined ? atOnce : pace;
      for (let done = 0; done < bytes.length; done += size) {
        yield* file.write(bytes.subarray(done, done + size));
        progress?.(Math.min(done + size, bytes.length), bytes.length);
      }
      yield* file.close();
    } catch (error) {
      file.abandon();
      throw error;
    }
  });
}
