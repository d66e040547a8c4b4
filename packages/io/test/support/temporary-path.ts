// Paths in a folder of one's own, removed when the process ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let folder: string | null = null;
let made = 0;

/** A path that nothing has yet, ending in `name`. */
export function temporaryPath(name: string): string {
  if (folder === null) {
    const mine = (folder = mkdtempSync(join(tmpdir(), "corio-io-")));
    process.once("exit", () => rmSync(mine, { recursive: true, force: true }));
  }
  return join(folder, `${++made}-${name}`);
}
