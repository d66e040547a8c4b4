// The system's own watch of one folder, by node's fs.watch; and whether it has lost something. Linux keeps a limited number of events for a
// process that does not come to take them, and says so; node does not pass that on. So it is counted how many come in one turn.
import * as fs from "node:fs";
import { realHost } from "corio/lowlevel";
import { fileError, WatchLimitError } from "../errors.ts";

/** A half, since other watches of the process may fill the same line. */
const suspicious = Math.floor(queueLimit() / 2);

function queueLimit(): number {
  try {
    return Number(fs.readFileSync("/proc/sys/fs/inotify/max_queued_events", "latin1")) || 16_384;
  } catch {
    return 16_384;
  }
}

/** Who is to be told when something may have been lost. */
const listeners = new Set<() => void>();
let inThisTurn = 0;

function count(): void {
  if (inThisTurn++ === 0) realHost.queueTurn(turnOver);
}

function turnOver(): void {
  const many = inThisTurn >= suspicious;
  inThisTurn = 0;
  if (many) for (const listener of listeners) listener();
}

/** Calls back when the system may have dropped events, of any watch. The function that is given back ends that. */
export function onOverflow(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * Watches a folder. `told` is given a name and whether its content changed; null where the system does not say which. What fails later is
 * given to `failed`.
 */
export function watchFolder(
  place: string,
  told: (name: string | null, changed: boolean) => void,
  failed: (error: unknown) => void,
): fs.FSWatcher {
  try {
    const watcher = fs.watch(place, (type, name) => {
      count();
      told(name, type === "change");
    });
    watcher.on("error", (error) => failed(watchError(error, place)));
    return watcher;
  } catch (error) {
    throw watchError(error, place);
  }
}

/** No room on the disk is not what ENOSPC means here. */
export function watchError(error: unknown, place: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOSPC" && code !== "EMFILE") return fileError(error, "watch", place);
  return new WatchLimitError(code, place, error);
}
