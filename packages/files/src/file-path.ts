// What names a file, and how messages show it.
import { fileURLToPath } from "node:url";

/** A path, or a `file:` URL. */
export type FilePath = string | URL;

/** The path as text. What can name no file is a TypeError, before anything is asked of the system. */
export function pathText(path: FilePath): string {
  const text = typeof path === "string" ? path : urlText(path);
  if (text.includes("\0"))
    throw new TypeError(`Cannot use the path ${JSON.stringify(text)}: it has a NUL character`);
  return text;
}

function urlText(path: unknown): string {
  if (!(path instanceof URL)) {
    throw new TypeError(`Cannot use ${typeof path} as a path: it takes a string or a file: URL`);
  }
  return fileURLToPath(path);
}
