// The folder of a lock: its tickets, and how one of them comes to hold.
//
// A ticket holds when no other that conflicts with it stands before it. Two processes may look at the same time, so it is made first and looked
// at the others afterwards; and a ticket that finds a later one at its first look is given back, for that one may have looked before it was
// there, and another is taken. So of two that conflict, the later one has always seen the earlier one. Given back with its socket, not
// renamed: others may wait for that.
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname } from "node:path";
import { shield, type Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { FileNotFoundError, systemError } from "../errors.ts";
import { openHandle, rawName, type FolderHandle } from "../folder-handle.ts";
import { Tie, TicketSocket } from "./ticket-socket.ts";
import {
  conflict,
  isTicket,
  isUnnumbered,
  numberOf,
  ticketName,
  unnumberedName,
  type TicketName,
} from "./ticket.ts";

/** How it ended: it holds, another one does, or its number was too late to be good. */
type Outcome = "holds" | "taken" | "late";

/** A ticket of ours. */
export class Ticket {
  readonly shared: boolean;
  readonly #folder: FolderHandle;
  readonly #socket: TicketSocket;
  readonly #random: string;
  /** As the folder has it. */
  #name: string;

  constructor(folder: FolderHandle, socket: TicketSocket, shared: boolean, random: string) {
    this.#folder = folder;
    this.#socket = socket;
    this.shared = shared;
    this.#random = random;
    this.#name = unnumberedName(random);
  }

  /** How many tickets wait for this one. */
  get waiting(): number {
    return this.#socket.waiting;
  }

  /** Waits until it holds; without `wait`, whether it does now. FileNotFoundError when the folder went away. */
  *hold(wait: boolean): Coroutine<Outcome> {
    yield* this.#number(yield* this.#others());
    let others = yield* this.#others();
    if (yield* this.#foundLater(others)) return "late";
    for (;;) {
      const before = others.findLast((other) => other < this.#name && conflict(other, this.#name));
      if (before === undefined) return "holds";
      if (!(yield* this.#waitFor(before, wait))) return "taken";
      others = yield* this.#others();
    }
  }

  /** Gives it back: the next one is told by its tie. Not interrupted. */
  *giveBack(): Coroutine<void> {
    try {
      yield* shield(() => coroutine(giveBackStep, this));
    } finally {
      this.#socket.close();
      this.#folder.close();
    }
  }

  /** @internal */
  *remove(): Coroutine<void> {
    yield* this.#unlink(this.#name);
    this.#socket.close();
    const folder = this.#folder;
    // The last one shuts the door. Somebody who is coming in keeps it open, or makes it anew.
    yield* folder.call<void>("lock", "", (done) => fs.rmdir(folder.path, () => done(null)));
  }

  /** Takes the place behind all others. Not interrupted: its name must be known, to be given back. */
  *#number(others: readonly TicketName[]): Coroutine<void> {
    const last = others.length === 0 ? 0 : numberOf(others.at(-1)!);
    const name = ticketName(last + 1, this.shared, this.#random);
    yield* shield(() => coroutine(renameTicket, this.#folder, this.#name, name));
    this.#name = name;
  }

  /** The other tickets, in their order. What dead processes have begun is removed. */
  *#others(): Coroutine<TicketName[]> {
    const folder = this.#folder;
    const names = yield* folder.call<string[]>("lock", "", (done) => fs.readdir(folder.at("."), done));
    if (!names.includes(this.#name))
      throw systemError("ENOENT", "somebody has removed it", "lock", folder.path);
    const others = names.filter((name) => name !== this.#name);
    for (const name of others) if (isUnnumbered(name)) yield* this.#removeIfDead(name);
    return others.filter(isTicket).sort();
  }

  *#foundLater(others: readonly TicketName[]): Coroutine<boolean> {
    for (const other of others) {
      if (other < this.#name || !conflict(other, this.#name)) continue;
      if (!(yield* this.#removeIfDead(other))) return true;
    }
    return false;
  }

  *#removeIfDead(name: string): Coroutine<boolean> {
    const tie = yield* Tie.to(this.#folder, name);
    if (tie === null) yield* this.#unlink(name);
    else tie.close();
    return tie === null;
  }

  /** Waits until another ticket is gone. False when it is not, and not to be waited for. */
  *#waitFor(other: TicketName, wait: boolean): Coroutine<boolean> {
    const tie = yield* Tie.to(this.#folder, other);
    if (tie === null) {
      yield* this.#unlink(other);
      return true;
    }
    try {
      if (wait) yield* tie.broken();
      return wait;
    } finally {
      tie.close();
    }
  }

  *#unlink(name: string): Coroutine<void> {
    const folder = this.#folder;
    yield* folder.call<void>("lock", "", (done) => fs.unlink(folder.at(name), () => done(null)));
  }
}

function* giveBackStep(ticket: Ticket): Coroutine<void> {
  yield* ticket.remove();
}

function* renameTicket(folder: FolderHandle, from: string, to: string): Coroutine<void> {
  yield* folder.call<void>("lock", "", (done) =>
    fs.rename(folder.at(from), folder.at(to), done as fs.NoParamCallback),
  );
}

/** Takes a ticket for the lock of a folder, and waits until it holds. Null when it does not, and is not to be waited for. */
export function* takeTicket(path: string, shared: boolean, wait: boolean): Coroutine<Ticket | null> {
  for (;;) {
    const folder = yield* openLockFolder(path);
    try {
      const ticket = yield* makeTicket(folder, shared);
      let outcome: Outcome | undefined;
      try {
        outcome = yield* ticket.hold(wait);
      } finally {
        if (outcome !== "holds") yield* ticket.giveBack();
      }
      if (outcome === "holds") return ticket;
      if (outcome === "taken") return null;
    } catch (error) {
      // The last one before us has shut the door meanwhile.
      if (!(error instanceof FileNotFoundError)) throw error;
    }
  }
}

function* makeTicket(folder: FolderHandle, shared: boolean): Coroutine<Ticket> {
  const random = randomBytes(8).toString("hex");
  try {
    const socket = yield* TicketSocket.listen(folder, unnumberedName(random));
    return new Ticket(folder, socket, shared, random);
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** Opens the lock's folder, which is made if it is not there. */
function* openLockFolder(path: string): Coroutine<FolderHandle> {
  const parent = yield* openHandle(dirname(path));
  const name = rawName(basename(path));
  try {
    for (;;) {
      yield* parent.call<void>("lock", name, (done) =>
        fs.mkdir(parent.at(name), (error) => done(error?.code === "EEXIST" ? null : error)),
      );
      try {
        return yield* parent.open(name);
      } catch (error) {
        if (!(error instanceof FileNotFoundError)) throw error;
      }
    }
  } finally {
    parent.close();
  }
}
