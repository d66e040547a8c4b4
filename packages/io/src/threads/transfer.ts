// Values that move to the other side instead of being copied. Used on both sides.
import { isMarkedAsUntransferable, type Transferable } from "node:worker_threads";

const marked = new WeakMap<object, readonly Transferable[]>();
/** Whether anything was ever marked: until then nobody need look. */
let used = false;

/**
 * Marks an argument, a result or a progress value to be moved to the other side instead of copied, and gives it back. Moving takes no
 * time, whatever the size; afterwards this side has it no more. Without a list it is the value itself that moves: an ArrayBuffer, the
 * buffer under a typed array, a MessagePort, a stream. With one, it is what the list holds, somewhere in the value.
 *
 * A small `Buffer` shares its memory with others and cannot be moved: TypeError. A SharedArrayBuffer is seen by both sides and needs no
 * mark.
 */
export function transfer<T extends object>(value: T, list?: readonly Transferable[]): T {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(
      `Cannot transfer ${typeof value === "object" ? "null" : `a ${typeof value}`}: only objects move`,
    );
  }
  if (list !== undefined && !Array.isArray(list))
    throw new TypeError(`Cannot transfer ${typeof list}: what moves is given as a list`);
  const items = list ?? [itemOf(value)];
  for (const item of items) check(item);
  marked.set(value, items);
  used = true;
  return value;
}

function itemOf(value: object): Transferable {
  return (ArrayBuffer.isView(value) ? value.buffer : value) as Transferable;
}

function check(item: unknown): void {
  if (item instanceof SharedArrayBuffer) {
    throw new TypeError("Cannot transfer shared memory: both sides see it, send it as it is");
  }
  if (typeof item === "object" && item !== null && isMarkedAsUntransferable(item)) {
    throw new TypeError(
      "Cannot transfer the buffer: others have their data in it, as with every small Buffer. Copy it first: Uint8Array.from(buffer)",
    );
  }
}

/** What moves with these values, each of which was marked or not. What two of them share moves once. */
export function takeTransfers(values: readonly unknown[]): Transferable[] | undefined {
  if (!used) return undefined;
  let all: Set<Transferable> | undefined;
  for (const value of values) {
    if (typeof value !== "object" || value === null) continue;
    for (const item of marked.get(value) ?? []) (all ??= new Set()).add(item);
  }
  return all === undefined ? undefined : [...all];
}
