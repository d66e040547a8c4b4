// connectReadPipe and connectWritePipe: pipes, sockets and terminals that are there already, by descriptor or by path.
import { closeSync, constants, fstatSync } from "node:fs";
import { Socket } from "node:net";
import * as tty from "node:tty";
import { currentScope, type Awaitable, type Coroutine } from "corio";
import { cancelPoint, coroutine } from "corio/lowlevel";
import { PipeError } from "../errors.ts";
import { socketTransport } from "../network/socket-transport.ts";
import { abortAndWait, defaultCloseTimeout, releaseConnection } from "../streams/connection.ts";
import { StreamLink } from "../streams/stream-link.ts";
import type { StreamReader } from "../streams/stream-reader.ts";
import type { StreamWriter } from "../streams/stream-writer.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { openFile } from "./open-file.ts";

/** What may be said of a pipe that is read. */
export interface ReadPipeOptions {
  /** Bytes: the longest line; see `StreamReader`. Default 65,536. */
  readonly limit?: number | undefined;
}

/**
 * Reads from a pipe, a socket or a terminal, as asyncio's `connect_read_pipe`: from a descriptor, which is taken over, or from a path, such as that of a FIFO, the
 * opening of which waits for a writer. It belongs to the running scope, and is closed at its end, or when the pipe has ended. PipeError
 * when it cannot be opened, or is none of these: files are read by `@corio/files`. A cancel point.
 */
export function connectReadPipe(
  pipe: number | FilePath,
  options: ReadPipeOptions = {},
): Awaitable<StreamReader> {
  return coroutine(connectReader, pipe, options);
}

/**
 * Writes to a pipe, a socket or a terminal; otherwise as `connectReadPipe`. The end of the scope waits until what was written has gone out, unless it
 * was cancelled. A cancel point.
 */
export function connectWritePipe(pipe: number | FilePath): Awaitable<StreamWriter> {
  return coroutine(connectWriter, pipe);
}

function* connectReader(pipe: number | FilePath, { limit }: ReadPipeOptions): Coroutine<StreamReader> {
  const link = yield* connect(pipe, "read", limit);
  link.onClosed = currentScope().defer(() => coroutine(abortAndWait, link));
  return link.reader;
}

function* connectWriter(pipe: number | FilePath): Coroutine<StreamWriter> {
  const link = yield* connect(pipe, "write", undefined);
  const scope = currentScope();
  link.onClosed = scope.defer(() =>
    coroutine(releaseConnection, link, defaultCloseTimeout, scope.signal.aborted),
  );
  return link.writer;
}

type Direction = "read" | "write";

function* connect(pipe: unknown, to: Direction, limit: number | undefined): Coroutine<StreamLink> {
  if (limit !== undefined && !(limit > 0)) {
    throw new RangeError(`Cannot read with a limit of ${String(limit)}: it takes 1 byte or more`);
  }
  const way = to === "read" ? "read from" : "write to";
  if (typeof pipe === "number") {
    if (!Number.isInteger(pipe) || pipe < 0) throw new RangeError(`Cannot ${way} the descriptor ${pipe}`);
    yield* cancelPoint();
    return linkTo(pipe, `descriptor ${pipe}`, to, limit);
  }
  const path = pathText(pipe, `${way} a pipe`);
  const fd = yield* open(path, to);
  try {
    return linkTo(fd, path, to, limit);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function* open(path: string, to: Direction): Coroutine<number> {
  try {
    return yield* openFile(path, to === "read" ? constants.O_RDONLY : constants.O_WRONLY);
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new PipeError(`Cannot ${to} ${path}: it cannot be opened (${code})`, code, error);
  }
}

function linkTo(fd: number, what: string, to: Direction, limit: number | undefined): StreamLink {
  return new StreamLink(socketTransport(socketOf(fd, what, to)), {
    what: `${to === "read" ? "the pipe from" : "the pipe to"} ${what}`,
    limit,
  });
}

/** A terminal can be read by what writes to it, too: that must not take what was typed for somebody else. */
function deaf(stream: tty.WriteStream): tty.WriteStream {
  return Object.assign(stream, { resume: () => stream });
}

function socketOf(fd: number, what: string, to: Direction): Socket {
  try {
    if (tty.isatty(fd)) return to === "read" ? new tty.ReadStream(fd) : deaf(new tty.WriteStream(fd));
    const stats = fstatSync(fd);
    if (stats.isFIFO() || stats.isSocket())
      return new Socket({ fd, readable: to === "read" || stats.isSocket(), writable: to === "write" });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new PipeError(`Cannot ${to} ${what}: the system refuses it (${code})`, code, error);
  }
  throw new PipeError(
    `Cannot ${to} ${what}: it is no pipe, socket or terminal. Files are opened by @corio/files`,
    "ERR_NOT_A_PIPE",
    undefined,
  );
}
