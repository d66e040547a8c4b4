// What is to be looked at: single names, or whole folders where there are too many.
import type { Mark, WatchedFolder } from "./snapshot.ts";

/** A name that is being looked at. */
export interface TakenMark {
  readonly folder: WatchedFolder;
  readonly name: string;
  readonly mark: Mark;
}

/** Of one folder; if there are more, it is read as a whole. */
const mostMarks = 10_000;
/** How many names are looked at in one go. */
const batchSize = 2048;

export class Marks {
  readonly #marked = new Set<WatchedFolder>();
  /** Folders that are to be read. */
  readonly #unread = new Set<WatchedFolder>();

  get none(): boolean {
    return this.#marked.size === 0 && this.#unread.size === 0;
  }

  get size(): number {
    let size = this.#unread.size;
    for (const folder of this.#marked) size += folder.marks.size;
    return size;
  }

  add(folder: WatchedFolder, name: string, changed: boolean): void {
    // What will be read needs no mark; what is being read does: nobody knows what was seen of it.
    if (folder.gone || (this.#unread.has(folder) && !folder.reading)) return;
    const mark = folder.marks.get(name);
    if (mark !== undefined && !mark.taken) mark.changed ||= changed;
    else if (folder.marks.size < mostMarks) folder.marks.set(name, { changed, taken: false });
    else return this.addFolder(folder);
    this.#marked.add(folder);
  }

  addFolder(folder: WatchedFolder): void {
    if (folder.gone) return;
    this.#forget(folder);
    this.#unread.delete(folder);
    this.#unread.add(folder);
    folder.reading = false;
  }

  #forget(folder: WatchedFolder): void {
    folder.marks.clear();
    this.#marked.delete(folder);
  }

  /** Names to be looked at; they stay until they are `done`. */
  take(): TakenMark[] {
    const taken: TakenMark[] = [];
    for (const folder of this.#marked) {
      if (folder.gone) this.#forget(folder);
      for (const [name, mark] of folder.marks) {
        mark.taken = true;
        taken.push({ folder, name, mark });
        if (taken.length === batchSize) return taken;
      }
    }
    return taken;
  }

  done(taken: readonly TakenMark[]): void {
    for (const { folder, name, mark } of taken) {
      if (folder.marks.get(name) === mark) folder.marks.delete(name);
      if (folder.marks.size === 0) this.#marked.delete(folder);
    }
  }

  /** Nobody has looked: they are as before. */
  giveBack(taken: readonly TakenMark[]): void {
    for (const { mark } of taken) mark.taken = false;
  }

  /** A folder to be read; it stays until it was. */
  get unread(): WatchedFolder | undefined {
    for (const folder of this.#unread) {
      if (!folder.gone) return folder;
      this.#unread.delete(folder);
    }
    return undefined;
  }

  /** Begins to read: what is marked from now on is looked at afterwards. */
  begin(folder: WatchedFolder): void {
    this.#forget(folder);
    folder.reading = true;
  }

  /** It was read, unless it must be once more. */
  wasRead(folder: WatchedFolder): void {
    if (!folder.reading) return;
    folder.reading = false;
    this.#unread.delete(folder);
  }
}
