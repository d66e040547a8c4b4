// Opening a file or a named pipe by its path, so that a cancellation leaves no descriptor behind.
import * as fs from "node:fs";
import type { Coroutine } from "corio";
import { suspend } from "corio/lowlevel";

/**
 * Opens a path, in one of node's threads, and gives the descriptor. Cancelled meanwhile, what comes late is closed; a FIFO that waits for its
 * other end is freed. The error is the system's own.
 */
export function* openFile(path: string, flags: number, permissions: number = 0o666): Coroutine<number> {
  return yield* suspend<number>(function opening(resolve, reject) {
    let gone = false;
    let partner: number | undefined;
    fs.open(path, flags, permissions, (error, fd) => {
      if (partner !== undefined) fs.closeSync(partner);
      if (error !== null) reject(error);
      else if (gone) fs.closeSync(fd);
      else resolve(fd);
    });
    return () => {
      gone = true;
      partner = fifoPartner(path);
    };
  });
}

/** The open of a FIFO keeps its thread until another opens the other end. For one that nobody waits for, that is done here. */
function fifoPartner(path: string): number | undefined {
  try {
    if (!fs.statSync(path).isFIFO()) return undefined;
    return fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
