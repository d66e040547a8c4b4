// What is to go with the process, should that end before the scope that made it: process.exit(), a second signal, an exception that nobody caught.
import { rmSync } from "node:fs";

const paths = new Set<string>();

/** Removes what is at the path when the process exits, unless the function that is given back is called before. */
export function removeAtExit(path: string): () => void {
  if (paths.size === 0) process.on("exit", removeAll);
  paths.add(path);
  return () => {
    if (paths.delete(path) && paths.size === 0) process.off("exit", removeAll);
  };
}

function removeAll(): void {
  for (const path of paths) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // The process ends; the others shall go nevertheless.
    }
  }
}
