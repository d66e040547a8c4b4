// Paths, as node takes them.
import { fileURLToPath } from "node:url";

/** A path, or a `file:` URL. */
export type FilePath = string | URL;

/** The path as text. TypeError for what is none: no text, a NUL byte, a URL that names no file. */
export function pathText(path: unknown, what: string): string {
  if (path instanceof URL && path.protocol !== "file:") {
    throw new TypeError(`Cannot ${what}: ${path.href} names no file, only file: URLs do`);
  }
  const text = path instanceof URL ? fileURLToPath(path) : path;
  if (typeof text !== "string") {
    throw new TypeError(`Cannot ${what}: expected a path, got ${path === null ? "null" : typeof path}`);
  }
  if (text === "") throw new TypeError(`Cannot ${what}: the path is empty`);
  if (text.includes("\0")) throw new TypeError(`Cannot ${what}: the path has a NUL byte in it`);
  return text;
}
