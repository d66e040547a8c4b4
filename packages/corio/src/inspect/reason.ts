// The reason of a cancellation in words.

import type { CancelledError } from "../errors.ts";

/** Null when there was none. */
export function reasonText({ reason }: Pick<CancelledError, "reason">): string | null {
  if (reason === undefined) return null;
  // A message of many lines, such as a tree of tasks, would bury what it is part of.
  if (reason instanceof Error) return reason.message.includes("\n") ? reason.name : reason.message;
  return typeof reason === "object" ? "an object" : String(reason as string);
}
