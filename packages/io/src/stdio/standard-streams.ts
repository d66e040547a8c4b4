// standardInput, standardOutput, standardError: the program's own streams, as reader and writers.
import type { Readable } from "node:stream";
import { BusyResourceError, currentScope, shield, type Coroutine } from "corio";
import { coroutine, loopOf, suspend, type Host } from "corio/lowlevel";
import { defaultCloseTimeout, releaseConnection } from "../streams/connection.ts";
import { StreamLink } from "../streams/stream-link.ts";
import type { StreamReader } from "../streams/stream-reader.ts";
import type { StreamWriter } from "../streams/stream-writer.ts";
import { StandardInput, StandardOutput } from "./standard-transports.ts";

/** What may be said of the standard input. */
export interface StandardInputOptions {
  /** Bytes: the longest line; see `StreamReader`. Default 65,536. */
  readonly limit?: number | undefined;
}

/** What may be said of a standard output. */
export interface StandardOutputOptions {
  /**
   * What to do when nobody reads it any more, as behind `| head`. "error", the default: a write throws ConnectionResetError with the code EPIPE.
   * "quiet": what is written is dropped.
   */
  readonly brokenPipe?: "error" | "quiet" | undefined;
}

/** There is one standard input: two readers would take each other's bytes. */
let reading: StreamLink | null = null;

/** What the last reader has left when the end had come: node takes nothing back then. */
let kept: readonly Buffer[] = [];

/**
 * Reads the program's standard input, be it a terminal, a pipe or a file. It belongs to the running scope: at its end what was not read is given back to
 * `process.stdin`, or kept for the next `standardInput` where the end had come; the process may end then, though more could be read. BusyResourceError while
 * another reader is open. Not a cancel point.
 *
 * @example
 * ```ts
 * import { main } from "corio";
 * import { standardInput, standardOutput } from "@corio/io";
 *
 * await main(async () => {
 *   const output = standardOutput();
 *   for await (const line of standardInput()) await output.write(`> ${line}`);
 * });
 * ```
 */
export function standardInput(options: StandardInputOptions = {}): StreamReader {
  if (reading !== null) {
    throw new BusyResourceError(
      "Cannot read the standard input: another standardInput() is open. Hand its reader on, or let its scope end first",
    );
  }
  const scope = currentScope();
  const { stdin } = process;
  const link = new StreamLink(new StandardInput(stdin, kept), {
    what: "the standard input",
    limit: options.limit,
  });
  kept = [];
  scope.defer(() => coroutine(giveBack, link, stdin, loopOf(scope).host));
  reading = link;
  return link.reader;
}

function* giveBack(link: StreamLink, stdin: Readable, host: Host): Coroutine<void> {
  reading = null;
  // Taken first: a closed reader keeps nothing.
  const unread = link.reader.takeUnread();
  link.abort();
  if (stdin.readableEnded || stdin.destroyed) kept = unread;
  else {
    for (const chunk of unread.reverse()) stdin.unshift(chunk);
    // node stops reading a tick after it was told to; who began to iterate before that would be stopped, too.
    yield* shield(() => suspend<void>((resolve) => host.queueTurn(() => resolve())));
  }
}

/**
 * Writes to the program's standard output, with backpressure: a `write` waits while the other side of a pipe does not read. It belongs to the running scope, whose
 * end waits until all is written. The stream itself stays open, for `console.log` and for other writers, with which it keeps
 * its place: all come out in the order in which they were written. Not a cancel point.
 */
export function standardOutput(options: StandardOutputOptions = {}): StreamWriter {
  return writerOf("stdout", "the standard output", options);
}

/** Writes to the program's standard error; otherwise as `standardOutput`. */
export function standardError(options: StandardOutputOptions = {}): StreamWriter {
  return writerOf("stderr", "the standard error", options);
}

function writerOf(name: "stdout" | "stderr", what: string, options: StandardOutputOptions): StreamWriter {
  const { brokenPipe = "error" } = options;
  if (brokenPipe !== "error" && brokenPipe !== "quiet") {
    throw new TypeError(
      `Cannot write to ${what}: brokenPipe is "error" or "quiet", got ${String(brokenPipe)}`,
    );
  }
  const scope = currentScope();
  const transport = new StandardOutput(process[name], loopOf(scope).host, brokenPipe === "quiet");
  const link = new StreamLink(transport, { what });
  link.onClosed = scope.defer(() =>
    coroutine(releaseConnection, link, defaultCloseTimeout, scope.signal.aborted),
  );
  return link.writer;
}
