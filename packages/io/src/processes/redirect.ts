// Where the standard streams of a child lead: what may be said, and what of it is wrong.
import { StreamReader } from "../streams/stream-reader.ts";
import { StreamWriter } from "../streams/stream-writer.ts";
import type { FilePath } from "../stdio/file-path.ts";

/** A pipe to this program: it is `process.stdin`, `process.stdout` or `process.stderr` then. */
export const PIPE = "pipe";
/** For `stderr` only: wherever stdout leads. */
export const STDOUT = "stdout";
/** Nothing comes out, and what goes in is dropped. */
export const DEVNULL = "devnull";

/** A file for a standard stream, opened for the child and closed here again. */
export interface RedirectToFile {
  readonly path: FilePath;
  /** For output: keep what the file has. Otherwise it is emptied first. */
  readonly append?: boolean | undefined;
}

/** What has a descriptor: an open file of `@corio/files` or of node's. It stays open here. */
export type DescriptorHolder = { readonly fd: number } | { fileno(): number };

type RedirectAny = "inherit" | typeof PIPE | typeof DEVNULL | number | DescriptorHolder | RedirectToFile;

/**
 * Where a child's standard input comes from: this program's own ("inherit"), a pipe, nowhere, a descriptor, a file, or a stream,
 * such as the stdout of another process. A stream is passed on by this program, until it ends; nobody else may read it.
 */
export type RedirectInput = RedirectAny | StreamReader;

/** Where a child's standard output goes. A writer gets it passed on by this program, and stays open at the end of it. */
export type RedirectOutput = RedirectAny | StreamWriter;

/** Where a child's standard error goes: as its output, or `STDOUT` for the same place as that. */
export type RedirectError = RedirectOutput | typeof STDOUT;

/** A standard stream of a child. */
export type StreamName = "stdin" | "stdout" | "stderr";

/** What is to be done for one standard stream. */
export type RedirectPlan =
  | { readonly kind: "inherit" | "pipe" | "devnull" | "stdout" }
  | { readonly kind: "fd"; readonly fd: number }
  | { readonly kind: "file"; readonly path: FilePath; readonly append: boolean }
  | { readonly kind: "reader"; readonly reader: StreamReader }
  | { readonly kind: "writer"; readonly writer: StreamWriter };

/** Reads what was said of a stream; TypeError where it makes no sense. */
export function planRedirect(name: StreamName, wanted: unknown): RedirectPlan {
  if (wanted === "inherit" || wanted === PIPE || wanted === DEVNULL) return { kind: wanted };
  if (wanted === STDOUT && name === "stderr") return { kind: "stdout" };
  if (typeof wanted === "number") return { kind: "fd", fd: checkDescriptor(wanted, name) };
  if (wanted instanceof StreamReader && name === "stdin") return { kind: "reader", reader: wanted };
  if (wanted instanceof StreamWriter && name !== "stdin") return { kind: "writer", writer: wanted };
  if (typeof wanted === "object" && wanted !== null) {
    const { fd, fileno, path, append } = wanted as Record<string, unknown>;
    if (typeof path === "string" || path instanceof URL)
      if (fd === undefined) return { kind: "file", path, append: append === true };
    const number: unknown = typeof fileno === "function" ? fileno.call(wanted) : fd;
    if (typeof number === "number") return { kind: "fd", fd: checkDescriptor(number, name) };
  }
  const own = name === "stdin" ? "a StreamReader" : "a StreamWriter";
  const also = name === "stderr" ? ", STDOUT" : "";
  throw new TypeError(
    `Cannot start a process with ${String(wanted)} as its ${name}: ` +
      `it takes "inherit", PIPE, DEVNULL${also}, a descriptor, { path }, or ${own}`,
  );
}

function checkDescriptor(fd: number, name: string): number {
  if (Number.isInteger(fd) && fd >= 0) return fd;
  throw new RangeError(`Cannot start a process with the descriptor ${fd} as its ${name}`);
}
