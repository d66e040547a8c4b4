// Temporary files that killed processes have left: they go when the next one writes into their folder.
import * as fs from "node:fs";
import type { Coroutine } from "corio";
import { FileError } from "./errors.ts";
import { openFolder } from "./folder-reader.ts";
import { prefixOf } from "./folders.ts";
import { hostCall } from "./host-call.ts";
import { isLeftover } from "./temporary-name.ts";

/** Of a huge folder only so many entries are looked at: it must not hold the write up. */
const mostEntries = 10_000;
/** Folders that this process has looked at. */
const swept = new Set<string>();
const mostSwept = 4096;

/** Looks through a folder, the first time that this process writes there. What cannot be done is no failure of the write. */
export function* sweepOnce(folder: string): Coroutine<void> {
  if (swept.has(folder)) return;
  // Also before it is done: several writes at once need not all look.
  swept.add(folder);
  if (swept.size > mostSwept) swept.delete(swept.values().next().value!);
  try {
    yield* sweep(folder);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

function* sweep(folder: string): Coroutine<void> {
  const source = yield* openFolder(folder, true, () => true);
  if (source === undefined) return;
  try {
    for (let seen = 0; seen < mostEntries; seen++) {
      const entry = source.buffered() ?? (yield* source.next());
      if (entry === undefined) return;
      if (!entry.isFile || !isLeftover(entry.name)) continue;
      yield* hostCall<void>("remove", entry.path, (done) =>
        fs.unlink(prefixOf(folder) + entry.name, () => done(null)),
      );
    }
  } finally {
    yield* source.close();
  }
}
