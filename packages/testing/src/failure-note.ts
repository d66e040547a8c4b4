// Saying on an error how to see it again. The error stays the one that the program threw: tests compare it.

import { SimulationError } from "./errors.ts";

/** The messages of errors that carry a note, as they were. */
const plain = new WeakMap<object, string>();

function isError(value: unknown): value is Error {
  return typeof value === "object" && value !== null && typeof (value as Error).message === "string";
}

/** The error with the note at the end of its message and stack; another one where it cannot carry it. */
export function withNote(error: unknown, note: string): unknown {
  if (!isError(error)) {
    return new SimulationError(`The program threw ${String(error)}\n\n${note}`, { cause: error });
  }
  const { message, stack } = error;
  // One that is thrown again and again carries the last note only.
  const before = plain.get(error) ?? message;
  const noted = `${before}\n\n${note}`;
  try {
    error.message = noted;
    if (typeof stack === "string") error.stack = stack.replace(message, () => noted);
  } catch {
    return new SimulationError(`${before}\n\n${note}`, { cause: error });
  }
  plain.set(error, before);
  return error;
}

/** What was on the network, as a part of a note. */
export function eventsNote(events: string): string {
  return events === "" ? "" : `\nLast on the network:\n${events}`;
}
