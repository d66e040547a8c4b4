// Names that nobody can foresee, in the folder for temporary files, and what is made by them: by its owner only, and only if it was not there.
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathText, type FilePath } from "../file-path.ts";
import type { Done } from "../host-call.ts";

export interface TemporaryNameOptions {
  /** Where it is made. Default the system's folder for such things: TMPDIR, or /tmp. */
  readonly dir?: FilePath;
  /** What its name begins with. Default "tmp". */
  readonly prefix?: string;
  /** What its name ends with. Default nothing. */
  readonly suffix?: string;
}

/** Gives one name after the other. What cannot be part of a name is a TypeError. */
export function temporaryPaths(options: TemporaryNameOptions): () => string {
  const folder = temporaryFolder(options);
  const { prefix = "tmp", suffix = "" } = options;
  for (const [what, text] of Object.entries({ prefix, suffix })) {
    if (typeof text !== "string" || /[/\\\0]/.test(text)) {
      throw new TypeError(
        `Cannot use ${JSON.stringify(text)} as the ${what} of a name: it takes text without slashes`,
      );
    }
  }
  return () => join(folder, prefix + randomBytes(12).toString("hex") + suffix);
}

export function temporaryFolder(options: TemporaryNameOptions): string {
  return resolve(options.dir === undefined ? tmpdir() : pathText(options.dir));
}

/** Something that was made by a name. */
export interface Made<T> {
  readonly path: string;
  readonly value: T;
}

/** A name that is taken is a name that somebody has tried to foresee, or a wonder: another one does. */
const mostTries = 100;

/** Makes something by a new name: `make` must refuse one that is taken (EEXIST). */
export function makeUnguessable<T>(
  paths: () => string,
  make: (path: string, done: Done<T>) => void,
  done: Done<Made<T>>,
): void {
  const attempt = (tries: number): void => {
    const path = paths();
    make(path, (error, value) => {
      const taken = (error as NodeJS.ErrnoException | null)?.code === "EEXIST";
      if (taken && tries < mostTries) attempt(tries + 1);
      else done(error, { path, value });
    });
  };
  attempt(1);
}

const {
  O_RDWR,
  O_CREAT,
  O_EXCL,
  O_DIRECTORY,
  O_NOFOLLOW = 0,
} = fs.constants as Partial<typeof fs.constants> & typeof fs.constants;

/** Makes a file that is its owner's only. */
export function makeNamed(paths: () => string, flags: number, done: Done<Made<number>>): void {
  makeUnguessable(
    paths,
    (path, made) => fs.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | flags, 0o600, made),
    done,
  );
}

/** Linux: opens a file that never has a name. Node does not tell the number; O_EXCL keeps it from being given one. */
const O_TMPFILE =
  O_DIRECTORY === undefined || process.platform !== "linux" ? undefined : 0o20_000_000 | O_DIRECTORY;

/** What says that there are only files with names here. */
const needsName: ReadonlySet<string> = new Set(["EISDIR", "EOPNOTSUPP", "ENOTSUP", "EINVAL", "ENOENT"]);

/** Makes a file without a name: nothing can be left of it, whatever ends the process. Elsewhere its name goes at once. */
export function makeUnnamed(folder: string, paths: () => string, flags: number, done: Done<number>): void {
  const named = (): void =>
    makeNamed(paths, flags, (error, made) => {
      if (error !== null) return done(error, -1);
      fs.unlink(made.path, (failure) => {
        if (failure !== null) fs.closeSync(made.value);
        done(failure, made.value);
      });
    });
  if (O_TMPFILE === undefined) return named();
  fs.open(folder, O_TMPFILE | O_RDWR | O_EXCL | flags, 0o600, (error, fd) => {
    if (error !== null && needsName.has(error.code!)) named();
    else done(error, fd);
  });
}
