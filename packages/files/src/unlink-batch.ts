// Many names of one folder removed in one wait.
import * as fs from "node:fs";
import type { FolderHandle, RawName } from "./folder-handle.ts";
import type { Done } from "./host-call.ts";

/** How many names are with the system at a time: to wake a thread that has run out of work costs more than the work. */
const atATime = 16;

export class UnlinkBatch {
  /** False when whoever wanted it has left: nothing more is begun. */
  wanted = true;
  removed = 0;
  /** Names that have become folders. */
  readonly folders: RawName[] = [];
  readonly refused: { readonly name: RawName; readonly error: NodeJS.ErrnoException }[] = [];
  readonly #handle: FolderHandle;
  readonly #names: readonly RawName[];
  #next = 0;
  #running = 0;

  constructor(handle: FolderHandle, names: readonly RawName[]) {
    this.#handle = handle;
    this.#names = names;
  }

  /** Begins; `done` is called when no name is with the system any more. Failures of single names are kept. */
  start(done: Done<void>): void {
    const more = (): void => {
      while (this.wanted && this.#running < atATime && this.#next < this.#names.length) {
        const name = this.#names[this.#next++]!;
        this.#running++;
        fs.unlink(this.#handle.at(name), (error) => {
          this.#running--;
          this.#ended(name, error);
          more();
        });
      }
      if (this.#running === 0) done(null);
    };
    more();
  }

  #ended(name: RawName, error: NodeJS.ErrnoException | null): void {
    if (error === null) this.removed++;
    else if (error.code === "EISDIR") this.folders.push(name);
    else if (error.code !== "ENOENT") this.refused.push({ name, error });
  }
}
