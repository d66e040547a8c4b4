// Closing a file: flushed first, once, and not interrupted.
import { shield, type Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { flush, turn, type Descriptor } from "./descriptor.ts";

/** Flushes and closes, once; not interrupted. `retry` says whether to try again what has failed and been reported before. */
export function* closeFile(file: Descriptor, retry: boolean): Coroutine<void> {
  if (file.closed) return;
  if (file.permanent) {
    // What stands there waits for its turn, or for a writer that was cancelled.
    if (!file.writing.empty) yield* turn(file, flush, file, undefined, undefined);
    return;
  }
  if (file.stuck) return file.drop();
  try {
    yield* shield(() => coroutine(closeStep, file, retry));
  } finally {
    if (!file.closed) file.drop();
  }
}

function* closeStep(file: Descriptor, retry: boolean): Coroutine<void> {
  yield* file.enter();
  try {
    if (file.closed) return;
    try {
      if (!file.writing.empty && (retry || !file.failed)) yield* flush(file);
    } finally {
      if (!file.closed) yield* file.closeDevice();
    }
  } finally {
    if (!file.closed) file.drop();
    file.leave();
  }
}

/** For what is closed by another. */
// oxlint-disable-next-line require-yield
export function* nothing(): Coroutine<void> {}
