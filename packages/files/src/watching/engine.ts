// A watch at work. What the system tells is only noted, as names to be looked at: what happened is found by comparing what is there with what was
// there, when somebody asks for the next event. So whatever the system leaves out, or says twice, or too late, what is told is right; what waits to
// be told takes little memory; and a folder that comes is watched first and read afterwards, so that nothing in it is missed.
import type { Stats } from "node:fs";
import { basename, dirname } from "node:path";
import { Event, loopTime, moveOnAfter, type Coroutine } from "corio";
import { realHost, suspend } from "corio/lowlevel";
import { FileError, FileNotFoundError, systemError } from "../errors.ts";
import { prefixOf, type Entry } from "../folders.ts";
import { compare, type Consequences, type Finding } from "./comparison.ts";
import type { WatchEvent } from "./events.ts";
import { onOverflow, watchFolder } from "./kernel-watcher.ts";
import { lookAt, readNames } from "./looking.ts";
import { Marks } from "./marks.ts";
import { kindOf, placeIn, sameThing, WatchedFolder, type Known } from "./snapshot.ts";

export interface WatchInit {
  /** As the caller named it, and where that is by now. */
  readonly path: string;
  readonly place: string;
  readonly recursive: boolean;
  readonly debounce: number;
  /** Whether to leave an entry out. The names lead there from what is watched. */
  readonly ignores: ((names: readonly string[], entry: Entry) => boolean) | undefined;
  readonly onError: ((error: FileError) => void) | undefined;
}

/** A debounced watch tells at the latest after so many times its silence. */
const mostDelays = 10;

export class WatchEngine implements Consequences {
  overflows = 0;
  closed = false;
  readonly marks: Marks = new Marks();
  /** The folder that holds what is watched: one name in it matters. */
  readonly top: WatchedFolder;
  readonly #init: WatchInit;
  readonly #name: string;
  #topStats: Stats | null = null;
  #topMarked = false;
  readonly #marked = new Event();
  readonly #endOverflow: () => void;
  /** Found, and not yet asked for: from `#next` on. */
  #events: WatchEvent[] = [];
  #next = 0;
  #muted = true;
  #overflowed = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(init: WatchInit) {
    this.#init = init;
    this.top = new WatchedFolder(null, dirname(init.place));
    // The root is in no folder but itself.
    this.#name = basename(init.place) || ".";
    this.#endOverflow = onOverflow(() => this.#noteOverflow());
  }

  /** Begins to watch, and finds out what is there: that is not told. */
  *start(): Coroutine<void> {
    const { place } = this.#init;
    if (place !== this.top.place) this.#watch(this.top);
    const failed = (error: FileError): void => this.#fail(error);
    [this.#topStats = null] = yield* lookAt([this.top.place], failed);
    const [stats = null] = yield* lookAt([place], failed);
    if (stats === null) throw systemError("ENOENT", "no such file or directory", "watch", this.#init.path);
    const known: Known = { stats, kind: kindOf(stats), folder: null };
    this.top.entries.set(this.#name, known);
    if (known.kind === "directory") this.arrived(this.top, this.#name, known);
    for (let folder = this.marks.unread; folder !== undefined; folder = this.marks.unread) {
      yield* this.#read(folder);
    }
    this.#throwFailure();
    this.#muted = false;
  }

  /** How many events were found and not yet asked for. */
  get pending(): number {
    return this.#events.length - this.#next;
  }

  /** The next event, if one was found. */
  take(): WatchEvent | undefined {
    if (this.#next === this.#events.length) {
      this.#events = [];
      this.#next = 0;
      return undefined;
    }
    return this.#events[this.#next++];
  }

  /** Waits until there is something to tell, or nothing will come any more. */
  *work(): Coroutine<void> {
    while (this.pending === 0 && !this.closed) {
      this.#throwFailure();
      if (this.#overflowed) {
        this.#overflowed = false;
        this.tell({ type: "overflow", path: this.#init.path });
      } else if (this.#topMarked) yield* this.#lookAtTop();
      else if (this.marks.none) {
        this.#marked.clear();
        yield* this.#marked.wait();
      } else {
        const folder = this.marks.unread;
        if (folder !== undefined) yield* this.#read(folder);
        else {
          yield* this.#wholeTurn();
          yield* this.#lookAtMarks();
        }
      }
    }
  }

  close(): void {
    this.closed = true;
    this.#endOverflow();
    this.top.drop();
    this.#marked.set();
  }

  tell(event: WatchEvent): void {
    if (!this.#muted) this.#events.push(event);
  }

  shown(folder: WatchedFolder, name: string): string {
    if (folder === this.top) return this.#init.path;
    return prefixOf(this.shown(folder.parent!, folder.name)) + name;
  }

  arrived(folder: WatchedFolder, name: string, known: Known): void {
    if (folder !== this.top && !this.#init.recursive) return;
    const inner = new WatchedFolder(folder, name);
    known.folder = inner;
    try {
      this.#watch(inner);
      this.marks.addFolder(inner);
    } catch (error) {
      known.folder = null;
      // It is gone again: that is found when it is looked at.
      if (error instanceof FileNotFoundError) this.marks.add(folder, name, false);
      else this.#fail(error);
    }
  }

  moved(folder: WatchedFolder): void {
    for (const inner of folder.all()) this.marks.addFolder(inner);
  }

  #watch(folder: WatchedFolder): void {
    folder.watcher = watchFolder(
      folder.place,
      (name, changed) => this.#note(folder, name, changed),
      (error) => {
        this.#fail(error);
        this.#marked.set();
      },
    );
  }

  #note(folder: WatchedFolder, name: string | null, changed: boolean): void {
    if (folder === this.top) {
      // Its own name stands for itself: it has been removed, or moved.
      if (!changed && name === basename(folder.place)) this.#topMarked = true;
      else if (name !== null && name !== this.#name) return;
      this.marks.add(folder, this.#name, changed);
    } else if (name === null) this.marks.addFolder(folder);
    else this.marks.add(folder, name, changed);
    this.#marked.set();
  }

  #noteOverflow(): void {
    if (this.closed) return;
    this.overflows++;
    this.#overflowed = true;
    for (const folder of this.top.all()) if (folder !== this.top) this.marks.addFolder(folder);
    this.marks.add(this.top, this.#name, false);
    this.#marked.set();
  }

  /** Lets the system tell all that it has to tell now, and where that is asked, waits until nothing more comes for a while. */
  *#wholeTurn(): Coroutine<void> {
    yield* suspend<void>((resolve) => realHost.queueTurn(resolve));
    const { debounce } = this.#init;
    if (debounce === 0) return;
    const end = loopTime() + mostDelays * debounce;
    while (loopTime() < end && !this.closed) {
      this.#marked.clear();
      const { cancelled } = yield* moveOnAfter(debounce, () => this.#marked.wait());
      if (cancelled) return;
    }
  }

  *#lookAtMarks(): Coroutine<void> {
    const taken = this.marks.take();
    if (taken.length === 0) return;
    let done = false;
    try {
      const found = yield* lookAt(
        taken.map(({ folder, name }) => placeIn(folder, name)),
        (error) => this.#fail(error),
      );
      const findings = taken.flatMap(({ folder, name, mark }, i) =>
        this.#finding(folder, name, mark.changed, found[i]),
      );
      done = true;
      this.marks.done(taken);
      compare(findings, this);
    } finally {
      if (!done) this.marks.giveBack(taken);
    }
  }

  /** Reads a whole folder, and compares it with what is known of it. */
  *#read(folder: WatchedFolder): Coroutine<void> {
    this.marks.begin(folder);
    const inFolder = yield* this.#namesIn(folder);
    const names = [...new Set([...(inFolder ?? []), ...folder.entries.keys()])];
    const found = yield* lookAt(
      names.map((name) => placeIn(folder, name)),
      (error) => this.#fail(error),
    );
    this.marks.wasRead(folder);
    if (folder.gone) return;
    // What becomes of a folder is told by the one that it is in.
    if (inFolder === null) this.marks.add(folder.parent!, folder.name, false);
    compare(
      names.flatMap((name, i) => this.#finding(folder, name, false, found[i])),
      this,
    );
  }

  /** Null when it is not there. */
  *#namesIn(folder: WatchedFolder): Coroutine<string[] | null> {
    try {
      return yield* readNames(folder.place);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#fail(error);
      return [];
    }
  }

  /** None of what could not be looked at: it is as it was. */
  #finding(
    folder: WatchedFolder,
    name: string,
    changed: boolean,
    stats: Stats | null | undefined,
  ): Finding[] {
    return stats === undefined
      ? []
      : [{ folder, name, changed, stats: this.#unlessIgnored(folder, name, stats) }];
  }

  /** What is left out counts as not there. */
  #unlessIgnored(folder: WatchedFolder, name: string, stats: Stats | null): Stats | null {
    const { ignores } = this.#init;
    if (stats === null || ignores === undefined || folder === this.top) return stats;
    const names = [name];
    for (let at = folder; at.parent !== null && at.parent !== this.top; at = at.parent)
      names.unshift(at.name);
    const kind = kindOf(stats);
    const path = this.shown(folder, name);
    const isFile = kind === "file";
    const entry = {
      name,
      path,
      isFile,
      isDirectory: kind === "directory",
      isSymbolicLink: kind === "symlink",
    };
    return ignores(names, entry) ? null : stats;
  }

  /** Whether the folder that holds what is watched is still the one. If not, nobody will tell what comes in its place. */
  *#lookAtTop(): Coroutine<void> {
    const [stats = null] = yield* lookAt([this.top.place], (error) => this.#fail(error));
    this.#topMarked = false;
    if (stats !== null && this.#topStats !== null && sameThing(stats, this.#topStats)) return;
    const { path } = this.#init;
    yield* this.#lookAtMarks();
    this.#failure ??= {
      error: systemError("ENOENT", "the folder that holds it was removed or moved", "watch", path),
    };
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure.error;
  }

  /** Told at once, or thrown to whoever asks next: what was found besides must not be lost. */
  #fail(error: unknown): void {
    const { onError } = this.#init;
    if (!(error instanceof FileError) || onError === undefined) this.#failure ??= { error };
    else onError(error);
  }
}
