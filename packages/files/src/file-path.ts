// What names a file, and how messages show it.
import { fileURLToPath } from "node:url";

/** A path, or a `file:` URL. */
export type FilePath = string | URL;

export function pathText(path: FilePath): string {
  return typeof path === "string" ? path : fileURLToPath(path);
}
