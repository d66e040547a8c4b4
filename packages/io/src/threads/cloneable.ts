// Whether a value can surely be cloned, found at less cost than by cloning it.
import { types } from "node:util";

/** Objects that are looked at. What is larger, or unusual, is nobody's to foretell: it is tried. */
const MOST_OBJECTS = 64;
const MOST_ITEMS = 256;

/** True when the value can be cloned without doubt; false when that must be tried. */
export function isSurelyCloneable(value: unknown): boolean {
  if (typeof value !== "object") return typeof value !== "function" && typeof value !== "symbol";
  try {
    return value === null || look(value, { objects: MOST_OBJECTS, items: MOST_ITEMS });
  } catch {
    // A property that cannot be read.
    return false;
  }
}

interface Budget {
  objects: number;
  items: number;
}

function look(value: object, budget: Budget): boolean {
  if (--budget.objects < 0 || types.isProxy(value)) return false;
  // A view of a buffer that has moved away looks empty, and cannot be cloned.
  if (ArrayBuffer.isView(value)) return value.byteLength > 0;
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) {
    return prototype === Date.prototype;
  }
  if (Array.isArray(value) && value.length > budget.items) return false;
  // It looks plain and is not: the namespace of a module, the arguments of a call.
  if (!Array.isArray(value) && (Symbol.toStringTag in value || Symbol.iterator in value)) return false;
  const keys = Object.keys(value);
  if ((budget.items -= keys.length) < 0) return false;
  for (const key of keys) {
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === "object") {
      if (item !== null && !look(item, budget)) return false;
    } else if (typeof item === "function" || typeof item === "symbol") return false;
  }
  return true;
}
