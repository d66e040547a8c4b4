// Names in SQL text.

import { InterfaceError } from "../errors.ts";

/** Longer names the server would cut, and might then mean another thing. */
const MAX_BYTES = 63;

/** A name quoted so that it stands for itself, whatever is in it. */
export function quoteIdentifier(name: string): string {
  if (name === "" || name.includes("\0") || Buffer.byteLength(name) > MAX_BYTES) {
    throw new InterfaceError(
      `${JSON.stringify(name)} cannot be a name: it must have 1 to ${MAX_BYTES} bytes, none of them 0`,
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text quoted so that it stands for itself under any setting of standard_conforming_strings. */
export function quoteLiteral(text: string): string {
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
