// The open folders on the way down a tree. Only some of a long way are kept open, for descriptors are few; the way back is the folders' own.
import type { Coroutine } from "corio";
import { systemError } from "./errors.ts";
import type { FolderHandle, RawName } from "./folder-handle.ts";
import { sameIdentity, type Identity } from "./identity.ts";

const mostOpen = 24;

interface Step {
  readonly path: string;
  readonly identity: Identity;
  /** Null while it is closed. */
  handle: FolderHandle | null;
  /** Left by a link: there is no other way back. */
  pinned: boolean;
}

export class FolderTrail {
  readonly #steps: Step[] = [];

  /** @param start what the way starts from; closed with the trail */
  constructor(start: FolderHandle) {
    this.#steps.push(stepOf(start));
  }

  get depth(): number {
    return this.#steps.length;
  }

  /** The innermost folder, open. */
  get here(): FolderHandle {
    return this.#steps.at(-1)!.handle!;
  }

  /** Whether the folder is one of those on the way. */
  includes(identity: Identity): boolean {
    return this.#steps.some((step) => sameIdentity(step.identity, identity));
  }

  /** Goes into a folder in the innermost one; `follow`: also by a link. */
  *enter(name: RawName, follow = false): Coroutine<FolderHandle> {
    const handle = yield* this.here.open(name, undefined, follow);
    this.push(handle, follow);
    return handle;
  }

  /** Goes into a folder that is open. `byLink`: what is above it is not the one that it was found in. */
  push(handle: FolderHandle, byLink = false): void {
    this.#steps.at(-1)!.pinned = byLink;
    this.#steps.push(stepOf(handle));
    const far = this.#steps.at(-mostOpen);
    if (far === undefined || far === this.#steps[0] || far.pinned) return;
    far.handle?.close();
    far.handle = null;
  }

  /** Goes back one folder, and closes the one that is left. */
  *leave(): Coroutine<void> {
    const inner = this.#steps.at(-1)!;
    const outer = this.#steps.at(-2)!;
    if (outer.handle === null) {
      const handle = yield* inner.handle!.open("..", outer.path);
      // What stands above it by now may be another one: somebody has moved it.
      if (!sameIdentity(handle.identity, outer.identity)) {
        handle.close();
        throw systemError("ESTALE", "the folder was moved while it was being worked on", "open", outer.path);
      }
      outer.handle = handle;
    }
    inner.handle!.close();
    this.#steps.pop();
  }

  close(): void {
    for (const step of this.#steps) step.handle?.close();
  }
}

function stepOf(handle: FolderHandle): Step {
  return { path: handle.path, identity: handle.identity, handle, pinned: false };
}
