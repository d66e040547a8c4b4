// Names of the files that are written beside another to take its place: `.name.corio-<process>.<random>.tmp`. They say who writes, so
// that those which a killed process has left can be told from those that are being written.
import { randomBytes } from "node:crypto";
import { isRunning, processIdentity } from "./process-identity.ts";

/** Names have at most 255 bytes; the rest takes about 70. */
const mostBytes = 120;

export function temporaryName(name: string): string {
  return `.${shortened(name)}.corio-${processIdentity()}.${randomBytes(10).toString("hex")}.tmp`;
}

/** Whether a name is that of a temporary file whose writer does not run any more. */
export function isLeftover(name: string): boolean {
  const match = /^\..*\.corio-([0-9a-z-]+)\.[0-9a-f]{20}\.tmp$/s.exec(name);
  return match !== null && isRunning(match[1]!) === false;
}

/** As many of its characters as fit. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= mostBytes) return name;
  let bytes = 0;
  let short = "";
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > mostBytes) break;
    short += character;
  }
  return short;
}
