// What was found, compared with what was known: who has come, gone, changed, or moved.
import type { Stats } from "node:fs";
import type { WatchEvent } from "./events.ts";
import { differs, kindOf, sameThing, type Known, type WatchedFolder } from "./snapshot.ts";

/** What was found under a name; null for nothing. */
export interface Finding {
  readonly folder: WatchedFolder;
  readonly name: string;
  /** The system said that its content changed. */
  readonly changed: boolean;
  readonly stats: Stats | null;
}

/** What becomes of the findings, besides what is known afterwards. */
export interface Consequences {
  tell(event: WatchEvent): void;
  /** How it is called, for those who watch. */
  shown(folder: WatchedFolder, name: string): string;
  /** A folder came: it may be one to watch. */
  arrived(folder: WatchedFolder, name: string, known: Known): void;
  /** A folder that is watched has another place: what was to be looked at in it was looked for in the old one. */
  moved(folder: WatchedFolder): void;
}

/** An entry that has left its place for another one. */
interface Origin {
  readonly folder: WatchedFolder;
  readonly name: string;
  readonly known: Known;
}

/**
 * Takes findings into what is known, and tells the differences in their order. What is missing in one place and new in another has moved, if both are
 * among the findings.
 */
export function compare(findings: readonly Finding[], to: Consequences): void {
  const moves = findMoves(findings);
  const moving = new Set<WatchedFolder>();
  for (const { folder, name, known } of moves.values()) {
    folder.entries.delete(name);
    if (known.folder !== null) moving.add(known.folder);
  }
  for (const finding of findings) {
    if (finding.folder.gone || isWithin(finding.folder, moving)) continue;
    const origin = moves.get(finding);
    if (origin === undefined) compareOne(finding, to);
    else move(finding, origin, to);
  }
}

function findMoves(findings: readonly Finding[]): Map<Finding, Origin> {
  const leavers = new Map<string, Origin>();
  for (const { folder, name, stats } of findings) {
    const known = folder.entries.get(name);
    if (known === undefined || (stats !== null && sameThing(known.stats, stats))) continue;
    leavers.set(numberOf(known.stats), { folder, name, known });
  }
  const moves = new Map<Finding, Origin>();
  if (leavers.size === 0) return moves;
  for (const finding of findings) {
    if (finding.stats === null) continue;
    const number = numberOf(finding.stats);
    const origin = leavers.get(number);
    if (origin === undefined || !sameThing(origin.known.stats, finding.stats)) continue;
    // A second name of the same file has not left.
    leavers.delete(number);
    moves.set(finding, origin);
  }
  return moves;
}

function numberOf(stats: Stats): string {
  return `${stats.dev}:${stats.ino}`;
}

function isWithin(folder: WatchedFolder, others: ReadonlySet<WatchedFolder>): boolean {
  if (others.size === 0) return false;
  for (let at: WatchedFolder | null = folder; at !== null; at = at.parent) if (others.has(at)) return true;
  return false;
}

function compareOne({ folder, name, changed, stats }: Finding, to: Consequences): void {
  const known = folder.entries.get(name);
  if (stats === null) {
    if (known !== undefined) remove(folder, name, known, to);
  } else if (known === undefined) arrive(folder, name, stats, to);
  else if (sameThing(known.stats, stats)) {
    const tell = changed || differs(known.stats, stats);
    known.stats = stats;
    if (tell) to.tell({ type: "changed", path: to.shown(folder, name), kind: known.kind });
  } else if (known.kind !== "directory" && kindOf(stats) === known.kind) {
    // Another file in its place: for those who read it, it has changed.
    folder.entries.set(name, { stats, kind: known.kind, folder: null });
    to.tell({ type: "changed", path: to.shown(folder, name), kind: known.kind });
  } else {
    remove(folder, name, known, to);
    arrive(folder, name, stats, to);
  }
}

function arrive(folder: WatchedFolder, name: string, stats: Stats, to: Consequences): void {
  const known: Known = { stats, kind: kindOf(stats), folder: null };
  folder.entries.set(name, known);
  to.tell({ type: "created", path: to.shown(folder, name), kind: known.kind });
  if (known.kind === "directory") to.arrived(folder, name, known);
}

/** Tells that an entry is gone, with all that is known below it, from the inside. */
function remove(folder: WatchedFolder, name: string, known: Known, to: Consequences): void {
  if (known.folder !== null) {
    for (const [inner, below] of known.folder.entries) remove(known.folder, inner, below, to);
    known.folder.drop();
  }
  const path = to.shown(folder, name);
  folder.entries.delete(name);
  to.tell({ type: "removed", path, kind: known.kind });
}

function move(finding: Finding, origin: Origin, to: Consequences): void {
  const { folder, name } = finding;
  const stats = finding.stats!;
  const { known } = origin;
  const overwritten = folder.entries.get(name);
  overwritten?.folder?.drop();
  const from = to.shown(origin.folder, origin.name);
  const path = to.shown(folder, name);
  folder.entries.set(name, { stats, kind: known.kind, folder: known.folder });
  to.tell({ type: "renamed", path, from, kind: known.kind, replaced: overwritten !== undefined });
  if (known.folder !== null) {
    known.folder.parent = folder;
    known.folder.name = name;
    to.moved(known.folder);
  } else if (known.kind === "directory") to.arrived(folder, name, folder.entries.get(name)!);
  // A new name alone changes neither.
  if (stats.size !== known.stats.size || stats.mtimeMs !== known.stats.mtimeMs) {
    if (known.kind !== "directory") to.tell({ type: "changed", path, kind: known.kind });
  }
}
