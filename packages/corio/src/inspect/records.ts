// What debug mode knows of tasks and Awaitables: where and when they were made, and since when a strand waits.

import { formatFrame, isUserFrame, parseStack, type Frame, type StackHolder } from "../kernel/stack.ts";

/** Kept per task and per Awaitable that was made in debug mode. */
export interface MadeRecord {
  readonly stack: StackHolder;
  /** Loop time. */
  readonly at: number;
}

/** Where the record is kept: on the thing itself. A weak map of all Awaitables would cost the garbage collector more than all the rest. */
const MADE = Symbol("corio.made");

export function setMade(thing: object, record: MadeRecord): void {
  Object.defineProperty(thing, MADE, { value: record, configurable: true });
}

export function madeRecord(thing: object): MadeRecord | undefined {
  return (thing as { readonly [MADE]?: MadeRecord })[MADE];
}

/** Since when a strand has waited: loop time. */
export const parkedSince: WeakMap<object, number> = new WeakMap();

/** The program's frames of the place where it was made, innermost first; empty when that is not known. */
export function madeFrames(thing: object): Frame[] {
  return parseStack(madeRecord(thing)?.stack.stack).filter(isUserFrame);
}

/** The place where it was made. */
export function madeSite(thing: object): string | undefined {
  const frame = madeFrames(thing)[0];
  return frame === undefined ? undefined : formatFrame(frame);
}
