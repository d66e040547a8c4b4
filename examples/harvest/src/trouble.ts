// What can go wrong out there, as against faults of the program: it is told in one line, without a stack.
import { TimeoutError } from "corio";

/** What was given cannot be used, and nothing has been harvested: exit code 2. Any other trouble is exit code 1. */
export class BadInput extends Error {
  readonly code = "BAD_INPUT";
  override readonly name = "BadInput";
}

/** Whether an error tells of the world: sites, files and databases have codes of their own, faults are TypeErrors or ERR_…. */
export function isTrouble(error: unknown): error is Error {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error instanceof TimeoutError || !String(error.code).startsWith("ERR_");
}
