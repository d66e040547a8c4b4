// What a watch tells.

export type WatchedKind = "file" | "directory" | "symlink" | "other";

interface Change {
  /** Where it is, by the path that the watch was given. */
  readonly path: string;
  readonly kind: WatchedKind;
}

/** It was not there before. Of a new folder, what is in it follows. It may be followed by `changed`, when it is still being written. */
export interface CreatedEvent extends Change {
  readonly type: "created";
}

/** Its content changed, or its permissions, owner or times; or another file was put in its place under its name. */
export interface ChangedEvent extends Change {
  readonly type: "changed";
}

/** It is not there any more. Of a folder, what was in it goes first. */
export interface RemovedEvent extends Change {
  readonly type: "removed";
}

/** It has another name, or stands in another folder of those that are watched; what is in a folder went with it, and is not named. */
export interface RenamedEvent extends Change {
  readonly type: "renamed";
  /** Where it was. `path` is where it is. */
  readonly from: string;
  /** Whether something was there that it replaced. */
  readonly replaced: boolean;
}

/**
 * More happened at once than the system keeps, or about so much. What is there now was compared with what was there before, and the differences
 * follow; but a file that came and went meanwhile, or two changes of one, may not be told.
 */
export interface OverflowEvent {
  readonly type: "overflow";
  /** The path that is watched. */
  readonly path: string;
}

export type WatchEvent = CreatedEvent | ChangedEvent | RemovedEvent | RenamedEvent | OverflowEvent;
