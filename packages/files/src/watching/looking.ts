// Looking at many names in one wait.
import * as fs from "node:fs";
import type { Coroutine } from "corio";
import { fileError, type FileError } from "../errors.ts";
import { hostCall, type Done } from "../host-call.ts";

/** How many are with the system at a time. */
const atATime = 16;
/** How many in one wait. */
const batchSize = 512;

/** Says that nothing is there. */
const absent: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR"]);

/** What is there, null for nothing, undefined for what cannot be seen. */
export type Seen = fs.Stats | null | undefined;

/** What is there, in the order of the places. What cannot be seen is given to `failed`. */
export function* lookAt(places: readonly string[], failed: (error: FileError) => void): Coroutine<Seen[]> {
  const found: Seen[] = [];
  for (let from = 0; from < places.length; from += batchSize) {
    const state = { wanted: true };
    const batch = places.slice(from, from + batchSize);
    const errors: { readonly place: string; readonly error: Error }[] = [];
    try {
      found.push(
        ...(yield* hostCall<Seen[]>("watch", batch[0]!, (done) => lookAtBatch(batch, errors, state, done))),
      );
    } finally {
      state.wanted = false;
    }
    for (const { place, error } of errors) failed(fileError(error, "watch", place) as FileError);
  }
  return found;
}

function lookAtBatch(
  places: readonly string[],
  errors: { readonly place: string; readonly error: Error }[],
  state: { readonly wanted: boolean },
  done: Done<Seen[]>,
): void {
  const found = Array.from<Seen>({ length: places.length });
  let next = 0;
  let running = 0;
  const more = (): void => {
    while (state.wanted && running < atATime && next < places.length) {
      const at = next++;
      const place = places[at]!;
      running++;
      fs.lstat(place, (error, stats) => {
        running--;
        if (error === null) found[at] = stats;
        else if (absent.has(error.code!)) found[at] = null;
        else errors.push({ place, error });
        more();
      });
    }
    if (running === 0) done(null, found);
  };
  more();
}

/** The names in a folder; null when it is gone, or is none. */
export function* readNames(place: string): Coroutine<string[] | null> {
  return yield* hostCall<string[] | null>("watch", place, (done) =>
    fs.readdir(place, (error, names) => {
      if (error !== null && absent.has(error.code!)) done(null, null);
      else done(error, names);
    }),
  );
}
