// The standard streams of the process as files, for every scope alike: nobody's to close.
import { isatty } from "node:tty";
import { BinaryFile } from "./binary-file.ts";
import { Descriptor } from "./descriptor.ts";
import { Utf8 } from "./encodings/utf8.ts";
import { parseMode, type BinaryMode, type TextMode } from "./mode.ts";
import { standardDevice } from "./standard-device.ts";
import type { TextErrors } from "./text-codec.ts";
import { TextFile } from "./text-file.ts";

function descriptorOf(fd: number, name: string, mode: TextMode | BinaryMode): Descriptor {
  return new Descriptor(standardDevice(fd), {
    path: name,
    mode: parseMode(mode),
    seekable: false,
    offset: 0,
    isatty: isatty(fd),
    // What is written is given on at once: it comes in order with console.log, and none of it is lost with the process.
    bufferSize: fd === 0 ? undefined : 0,
    permanent: true,
  });
}

function bytesOf(fd: number, name: string, mode: BinaryMode): BinaryFile {
  return new BinaryFile(descriptorOf(fd, name, mode));
}

function textOf(fd: number, name: string, mode: TextMode, errors: TextErrors): TextFile {
  const details = { lineBuffered: false, maxLineLength: 2 ** 28 };
  return new TextFile(descriptorOf(fd, name, mode), new Utf8(false, errors), null, details);
}

/**
 * The process's standard input, as UTF-8 text. It belongs to the process, not to a scope, and is never closed. A read waits without a
 * thread, and can be cancelled; what it waits for keeps the process alive no longer than it does. It is the same stream as
 * `process.stdin`, and as `stdinBytes`, but each has a buffer of its own: use one of them.
 */
export const stdin: TextFile = textOf(0, "<stdin>", "r", "strict");

/** The process's standard input, as bytes. See `stdin`. */
export const stdinBytes: BinaryFile = bytesOf(0, "<stdin>", "rb");

/**
 * The process's standard output, as UTF-8 text. It belongs to the process, not to a scope, and is never closed. A write waits until the
 * other side has taken it, and stands in order with console.log. For much output in small pieces `open(1, "w", { closefd: false })` gathers.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { stdout } from "@corio/files";
 *
 * await run(async () => {
 *   await stdout.write("hello\n");
 * });
 * ```
 */
export const stdout: TextFile = textOf(1, "<stdout>", "w", "strict");

/** The process's standard output, as bytes. See `stdout`. */
export const stdoutBytes: BinaryFile = bytesOf(1, "<stdout>", "wb");

/** The process's standard error, as UTF-8 text; what has no place in it is shown as an escape. See `stdout`. */
export const stderr: TextFile = textOf(2, "<stderr>", "w", "backslashreplace");

/** The process's standard error, as bytes. See `stdout`. */
export const stderrBytes: BinaryFile = bytesOf(2, "<stderr>", "wb");
