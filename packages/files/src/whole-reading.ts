// Reading a whole file in one wait.
import * as fs from "node:fs";
import { cancelScope, type Coroutine } from "corio";
import type { BinaryFile } from "./binary-file.ts";
import { hostCall, type Done } from "./host-call.ts";
import { bytesOver, openFile } from "./open-file.ts";
import type { Progress } from "./progress.ts";

/** More than this is read piece by piece, between which a cancellation has its chance. */
const atOnce = 16 * 1024 * 1024;
/** How often progress is told, in bytes. */
const pace = 1024 * 1024;

const { O_RDONLY, O_NONBLOCK = 0 } = fs.constants as Partial<typeof fs.constants> & { O_RDONLY: number };

/** What came of the first wait: the content, or a descriptor from which it takes more waits. */
type Outcome = Buffer | Held;

interface Held {
  readonly fd: number;
  /** -1 for what is no regular file. */
  readonly size: number;
}

/** Opens, reads and closes in one wait. Between the steps it looks whether somebody still waits. */
export function* readWhole(path: string, progress?: Progress): Coroutine<Buffer> {
  const state = { wanted: true };
  let outcome: Outcome;
  try {
    outcome = yield* hostCall<Outcome>(
      "read",
      path,
      (done) => startReading(path, state, progress === undefined, done),
      (late) => {
        if (!Buffer.isBuffer(late)) fs.closeSync(late.fd);
      },
    );
  } finally {
    state.wanted = false;
  }
  if (Buffer.isBuffer(outcome)) return outcome;
  const { fd, size } = outcome;
  return size < 0 ? yield* readSpecial(path, fd) : yield* readLong(path, fd, size, progress);
}

function startReading(path: string, state: { wanted: boolean }, silent: boolean, done: Done<Outcome>): void {
  // Without waiting for the other end of a FIFO: see open-descriptor.ts.
  fs.open(path, O_RDONLY | O_NONBLOCK, (error, fd) => {
    if (error !== null) return done(error, undefined as never);
    const end = (failure: Error | null, bytes: Buffer): void => {
      // Opened for reading: nothing is left to be written, closing waits for nothing.
      fs.closeSync(fd);
      done(failure, bytes);
    };
    let stats: fs.Stats;
    try {
      // The inode is in memory after open: asking costs less than a trip to a thread.
      stats = fs.fstatSync(fd);
    } catch (failure) {
      return end(failure as Error, undefined as never);
    }
    const { size } = stats;
    if (stats.isFIFO() || stats.isCharacterDevice()) return done(null, { fd, size: -1 });
    if (size > atOnce || !silent) return done(null, { fd, size });
    let bytes = Buffer.allocUnsafeSlow(size === 0 ? 8192 : size);
    let held = 0;
    const next = (): void => {
      if (!state.wanted) return end(new Error("nobody waits"), undefined as never);
      if (held === bytes.length) bytes = Buffer.concat([bytes], bytes.length * 2);
      fs.read(fd, bytes, held, bytes.length - held, null, (failure, count) => {
        if (failure !== null) return end(failure, undefined as never);
        held += count;
        // A file of known size is read when it is full; others (/proc) say so by giving nothing.
        if (count === 0 || (size > 0 && held === size)) end(null, bytes.subarray(0, held));
        else next();
      });
    };
    next();
  });
}

/** A pipe or a device: opened again, the way that waits for it without a thread. */
function* readSpecial(path: string, fd: number): Coroutine<Buffer> {
  try {
    return (yield* cancelScope(function* () {
      const file = (yield* openFile(path, "rb", {})) as BinaryFile;
      return yield* file.readAll();
    })) as Buffer;
  } finally {
    fs.closeSync(fd);
  }
}

function* readLong(
  path: string,
  fd: number,
  size: number,
  progress: Progress | undefined,
): Coroutine<Buffer> {
  let owned = false;
  try {
    return (yield* cancelScope(function* () {
      const file = bytesOver(fd, path, "rb");
      owned = true;
      if (progress === undefined) return yield* file.readAll();
      return yield* readTelling(file, size, progress);
    })) as Buffer;
  } finally {
    if (!owned) fs.closeSync(fd);
  }
}

function* readTelling(file: BinaryFile, size: number, progress: Progress): Coroutine<Buffer> {
  let bytes = Buffer.allocUnsafeSlow(size === 0 ? 8192 : size);
  for (let held = 0; ;) {
    // One byte beyond the end it is said to have: it may have grown, or have no size at all (/proc).
    if (held === bytes.length) {
      const more = yield* file.read(pace);
      if (more.length === 0) return bytes;
      bytes = Buffer.concat([bytes, more]);
      held += more.length;
    } else {
      const count = yield* file.readInto(bytes.subarray(held, held + pace));
      if (count === 0) return bytes.subarray(0, held);
      held += count;
    }
    progress(held, size === 0 ? undefined : Math.max(size, held));
  }
}
