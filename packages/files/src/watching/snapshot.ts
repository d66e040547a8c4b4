// What a watch knows of what is there, to be compared with what is found.
import type { FSWatcher, Stats } from "node:fs";
import type { WatchedKind } from "./events.ts";

/** What is known of an entry. */
export interface Known {
  stats: Stats;
  readonly kind: WatchedKind;
  /** If it is a folder that is watched. */
  folder: WatchedFolder | null;
}

/** That a name is to be looked at. */
export interface Mark {
  /** The system said that its content changed. */
  changed: boolean;
  /** Somebody looks: what comes from now on is another mark. */
  taken: boolean;
}

/** A folder that is watched. */
export class WatchedFolder {
  /** Null for the folder that holds what is watched. */
  parent: WatchedFolder | null;
  /** Its name there, or the way to what is watched. */
  name: string;
  readonly entries: Map<string, Known> = new Map();
  /** Names in it that are to be looked at, in the order in which they were told. */
  readonly marks: Map<string, Mark> = new Map();
  /** Somebody is reading it. */
  reading = false;
  watcher: FSWatcher | null = null;
  /** No part of the watch any more. */
  gone = false;

  constructor(parent: WatchedFolder | null, name: string) {
    this.parent = parent;
    this.name = name;
  }

  /** How the system finds it. */
  get place(): string {
    return this.parent === null ? this.name : placeIn(this.parent, this.name);
  }

  /** It, and all that is watched below it. */
  *all(): Generator<WatchedFolder> {
    yield this;
    for (const { folder } of this.entries.values()) if (folder !== null) yield* folder.all();
  }

  /** Ends it, and all that is watched below it. */
  drop(): void {
    for (const folder of this.all()) {
      folder.gone = true;
      folder.watcher?.close();
      folder.watcher = null;
    }
  }
}

export function placeIn(folder: WatchedFolder, name: string): string {
  const { place } = folder;
  return place.endsWith("/") ? place + name : `${place}/${name}`;
}

export function kindOf(stats: Stats): WatchedKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "symlink" : "other";
}

/** Whether it is the same thing: numbers are used again, so the time when it was made counts too. */
export function sameThing(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev && one.birthtimeMs === other.birthtimeMs;
}

/** Whether something of it has changed that the system tells. A folder's times change with its entries, which are told by themselves. */
export function differs(one: Stats, other: Stats): boolean {
  if (one.mode !== other.mode || one.uid !== other.uid || one.gid !== other.gid) return true;
  if (one.isDirectory()) return false;
  return one.size !== other.size || one.mtimeMs !== other.mtimeMs || one.ctimeMs !== other.ctimeMs;
}
