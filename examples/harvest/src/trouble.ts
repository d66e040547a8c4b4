// The one error that is the user's to mend: it ends the program with its message, one line, and exit code 2.

/** What was given cannot be used. Nothing has been harvested yet; a failure later on is any other error, exit code 1. */
export class BadInput extends Error {
  readonly code = "BAD_INPUT";
  override readonly name = "BadInput";
}
