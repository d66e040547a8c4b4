// The path of a Unix socket, looked at before anything is done with it.
import { SocketPathError } from "../errors.ts";

/** What `sun_path` holds, without the zero at its end: 108 bytes on Linux, 104 elsewhere. */
const longest: number = process.platform === "linux" ? 107 : 103;

/** Throws SocketPathError for a path that the system cannot take. A name that begins with a zero (Linux: abstract) has no file. */
export function checkSocketPath(path: string): string {
  if (typeof path !== "string" || path === "")
    throw new SocketPathError("The path of a Unix socket is missing", String(path));
  const length = Buffer.byteLength(path);
  if (path.indexOf("\0", 1) !== -1)
    throw new SocketPathError(
      `The path of a Unix socket contains a zero byte: ${JSON.stringify(path)}`,
      path,
    );
  if (length > longest) {
    throw new SocketPathError(
      `The path of a Unix socket takes at most ${longest} bytes here, and this one has ${length}: ${path}. ` +
        "Use a shorter folder, or a path relative to the current one",
      path,
    );
  }
  return path;
}
