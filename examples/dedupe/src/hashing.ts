// What runs in threads: reading and hashing, with calls that wait. A thread has nothing else to do.
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { threadFunction } from "@corio/io/thread";

/** How much is read at a time. */
const blockSize = 1024 * 1024;
let block: Buffer | undefined;

/** The hash of a file, of its first bytes only where there is a limit; or what the system said to that. */
export type Hashed = { readonly hash: string } | { readonly path: string; readonly code: string };

export const hashFiles = threadFunction(
  import.meta.url,
  function hashFiles(paths: readonly string[], limit: number): Hashed[] {
    return paths.map((path) => {
      try {
        return { hash: hashFile(path, limit) };
      } catch (error) {
        return { path, code: (error as NodeJS.ErrnoException).code ?? String(error) };
      }
    });
  },
);

function hashFile(path: string, limit: number): string {
  const hash = createHash("sha256");
  block ??= Buffer.allocUnsafeSlow(blockSize);
  const fd = openSync(path, "r");
  try {
    for (let left = limit; left > 0;) {
      const count = readSync(fd, block, 0, Math.min(left, block.length), null);
      if (count === 0) break;
      hash.update(block.subarray(0, count));
      left -= count;
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest("base64");
}
