// What is known of a function that was called in a thread: how it is named there, and whether it is worth while to note who calls it.
import type { FunctionReference } from "./messages.ts";

/** A function of either dialect, whatever it takes. */
export type AnyFunction = (...args: never[]) => unknown;

/** A place in the program, read when it is asked for. */
export interface Site {
  readonly stack?: string;
}

/**
 * Calls of a function that are noted. To note one costs as much as a tenth of a call, so it ends after some; a program that makes few of them
 * hears of each, and of a function that has failed all are noted.
 */
const MOST_NOTED = 1000;

export class FunctionRecord {
  /** Null for a function whose text was not looked at yet. */
  reference: FunctionReference | null;
  hasFailed = false;
  #calls = 0;

  constructor(reference: FunctionReference | null) {
    this.reference = reference;
  }

  /** Notes who calls; frames from `below` inwards are left out. */
  note(below?: (...args: never[]) => unknown): Site | null {
    if (this.#calls >= MOST_NOTED && !this.hasFailed) return null;
    this.#calls++;
    const site: Site = {};
    Error.captureStackTrace(site, below);
    return site;
  }
}

const records = new WeakMap<AnyFunction, FunctionRecord>();

/** Closures that are made anew for each call are counted as one. */
const unknown = new FunctionRecord(null);

export function recordOf(fn: AnyFunction): FunctionRecord {
  return records.get(fn) ?? unknown;
}

export function setReference(fn: AnyFunction, reference: FunctionReference): FunctionRecord {
  const record = new FunctionRecord(reference);
  records.set(fn, record);
  return record;
}
