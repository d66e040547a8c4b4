// Every error class of the package, flat, by area.

// connections

interface ConnectErrorInit {
  /** The system's own: "ECONNREFUSED" ... */
  readonly code: string;
  /** `host:port`, or the path of a Unix socket. */
  readonly address: string;
  readonly cause?: unknown;
  readonly attempts?: readonly ConnectError[];
}

/**
 * No connection came about, or nothing could be bound to listen. `code` is the system's. Subclasses exist for what callers branch on. A
 * name that does not resolve is a `HostLookupError`, a failed handshake a `TlsError`; what breaks later is not of this family.
 */
export class ConnectError extends Error {
  readonly code: string;
  readonly address: string;
  /** One for each address that was tried, in the order in which they were; none where there was only one to try. */
  readonly attempts: readonly ConnectError[];

  constructor(message: string, init: ConnectErrorInit) {
    super(message, { cause: init.cause });
    this.name = new.target.name;
    this.code = init.code;
    this.address = init.address;
    this.attempts = init.attempts ?? [];
  }
}

/** The machine is there and nothing listens (ECONNREFUSED); for a Unix socket also that there is none (ENOENT). */
export class ConnectionRefusedError extends ConnectError {}

/** No way leads to the machine (EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN). One that stays silent is a `ConnectTimeoutError`. */
export class HostUnreachableError extends ConnectError {}

/** Nobody answered within `connectTimeout`, or within the system's own limit (ETIMEDOUT). For a slow handshake see `TlsHandshakeTimeoutError`. */
export class ConnectTimeoutError extends ConnectError {}

/** The local address is taken (EADDRINUSE). One that this machine does not have is an `AddressNotAvailableError`. */
export class AddressInUseError extends ConnectError {}

/** The local address is not one of this machine's, or not of the peer's family (EADDRNOTAVAIL). */
export class AddressNotAvailableError extends ConnectError {}

/** The path of a Unix socket is one that the system cannot take: longer than 107 bytes (103 outside Linux), or empty. Nothing was done. */
export class SocketPathError extends Error {
  readonly code = "ERR_SOCKET_PATH";
  readonly path: string;

  constructor(message: string, path: string) {
    super(message);
    this.name = new.target.name;
    this.path = path;
  }
}

// TLS

export * from "./errors-tls.ts";

// streams

/**
 * An established connection is lost: the peer has reset it (ECONNRESET), takes no more (EPIPE), or is silent for too long (ETIMEDOUT).
 * `code` is the system's. A connection that never came about is a `ConnectError`; one that we closed, a `ConnectionClosedError`.
 */
export class ConnectionResetError extends Error {
  readonly code: string;

  constructor(message: string, init: { readonly code: string; readonly cause?: unknown }) {
    super(message, { cause: init.cause });
    this.name = new.target.name;
    this.code = init.code;
  }
}

/** The stream was closed on this side: by `close`, `abort`, `writeEof`, or the end of its scope. Nothing was read or sent. */
export class ConnectionClosedError extends Error {
  readonly code = "ERR_CONNECTION_CLOSED";
  static {
    this.prototype.name = "ConnectionClosedError";
  }
}

/** The stream ended before `readExactly` or `readUntil` had what they want. `partial` has what there was; it counts as read. */
export class IncompleteReadError extends Error {
  readonly code = "ERR_INCOMPLETE_READ";
  readonly partial: Buffer;
  /** How many bytes were wanted; null where a separator was. */
  readonly expected: number | null;

  constructor(partial: Buffer, expected: number | null) {
    const wanted = expected === null ? "the separator came" : `${expected} bytes had come`;
    super(`The stream ended after ${partial.length} bytes, before ${wanted}`);
    this.name = new.target.name;
    this.partial = partial;
    this.expected = expected;
  }
}

/** A line, or what stands before a separator, is longer than the reader's limit. Nothing was read: `readExactly(consumed)` takes it away. */
export class LimitOverrunError extends Error {
  readonly code = "ERR_LIMIT_OVERRUN";
  /** Bytes in the buffer that are known to come before the separator. */
  readonly consumed: number;

  constructor(message: string, consumed: number) {
    super(message);
    this.name = new.target.name;
    this.consumed = consumed;
  }
}

// datagrams and names

/** A look-up gave no answer, and the name may exist: no name server was reached, or it failed (EAI_AGAIN ...). Trying again may help. */
export class HostLookupError extends Error {
  readonly code: string;
  /** The name or address that was looked up. */
  readonly host: string;

  constructor(
    message: string,
    init: { readonly code: string; readonly host: string; readonly cause?: unknown },
  ) {
    super(message, { cause: init.cause });
    this.name = new.target.name;
    this.code = init.code;
    this.host = init.host;
  }
}

/** The name does not exist, or has no address of the family that was asked for (ENOTFOUND, ENODATA). Trying again is of no use. */
export class HostNotFoundError extends HostLookupError {}

/** The resolver was closed. */
export class ResolverClosedError extends Error {
  readonly code = "ERR_RESOLVER_CLOSED";
  static {
    this.prototype.name = "ResolverClosedError";
  }
}

/** A datagram is longer than the system sends (EMSGSIZE): 65,507 bytes at most over IPv4, often less. Nothing of it was sent. */
export class MessageTooLongError extends Error {
  readonly code = "EMSGSIZE";
  /** Bytes of the datagram. */
  readonly size: number;

  constructor(message: string, init: { readonly size: number; readonly cause?: unknown }) {
    super(message, { cause: init.cause });
    this.name = new.target.name;
    this.size = init.size;
  }
}

/** The endpoint for datagrams was closed, by `close` or by the end of its scope. */
export class DatagramClosedError extends Error {
  readonly code = "ERR_DATAGRAM_CLOSED";
  static {
    this.prototype.name = "DatagramClosedError";
  }
}

/** There are no such datagrams here: node has none over Unix sockets, a simulated network none at all. */
export class DatagramUnsupportedError extends Error {
  readonly code = "ERR_DATAGRAM_UNSUPPORTED";
  static {
    this.prototype.name = "DatagramUnsupportedError";
  }
}

// processes

/**
 * A process could not be started: the system has no room (EAGAIN, EMFILE, ENOMEM), refuses the arguments (E2BIG), the user (EPERM), or
 * a file for its output. Subclasses tell what is wrong with the program or the folder. Nothing runs. `cause` has the system's error.
 */
export class ProcessStartError extends Error {
  readonly code: string = "ERR_PROCESS_START";
  readonly program: string;

  constructor(message: string, program: string, cause: unknown) {
    super(message, { cause });
    this.name = new.target.name;
    this.program = program;
  }
}

/** There is no such program: not at its path, or in no folder of PATH. One that is there and cannot run: `ProgramNotExecutableError`. */
export class ProgramNotFoundError extends ProcessStartError {
  override readonly code = "ERR_PROGRAM_NOT_FOUND";
}

/** The program is there and cannot be run: no permission, a folder, no program at all, or its interpreter (`#!`) is missing. */
export class ProgramNotExecutableError extends ProcessStartError {
  override readonly code = "ERR_PROGRAM_NOT_EXECUTABLE";
}

/** The folder for a new process (`cwd`) is not there, is no folder, or may not be entered. About the program nothing is known. */
export class WorkingFolderError extends ProcessStartError {
  override readonly code = "ERR_WORKING_FOLDER";
  readonly cwd: string;

  constructor(message: string, program: string, cwd: string, cause: unknown) {
    super(message, program, cause);
    this.cwd = cwd;
  }
}

/** A process ran and ended badly: a code other than 0, or a signal. One that never ran is a `ProcessStartError`. */
export class ProcessFailedError extends Error {
  readonly code = "ERR_PROCESS_FAILED";
  /** The program and its arguments. */
  readonly args: readonly string[];
  /** The exit code; minus the signal's number where a signal ended it. */
  readonly returnCode: number;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string | Buffer;
  readonly stderr: string | Buffer;

  /** @internal */
  constructor(message: string, ended: Omit<ProcessFailedError, keyof Error | "code">) {
    super(message);
    this.name = new.target.name;
    this.args = ended.args;
    this.returnCode = ended.returnCode;
    this.signal = ended.signal;
    this.stdout = ended.stdout;
    this.stderr = ended.stderr;
  }
}

/** A process wrote more than `maxOutput` bytes, and was killed. For a line longer than a reader's limit see `LimitOverrunError`. */
export class OutputLimitError extends Error {
  readonly code = "ERR_OUTPUT_LIMIT";
  readonly stream: "stdout" | "stderr";
  readonly limit: number;
  /** What had been read of the stream by then. */
  readonly partial: Buffer;

  /** @internal */
  constructor(message: string, stream: "stdout" | "stderr", limit: number, partial: Buffer) {
    super(message);
    this.name = new.target.name;
    this.stream = stream;
    this.limit = limit;
    this.partial = partial;
  }
}

/** The system refused to send a signal: the process runs as somebody else (EPERM). To one that has ended nothing is sent, and nothing thrown. */
export class ProcessSignalError extends Error {
  readonly code = "ERR_PROCESS_SIGNAL";
  override readonly name = "ProcessSignalError";
}

/** A scope could not end its process, not even by SIGKILL: it runs on without an owner. */
export class ProcessLeftError extends Error {
  readonly code = "ERR_PROCESS_LEFT";
  override readonly name = "ProcessLeftError";
}

/**
 * A pipe that is there already could not be connected: `code` is the system's for one that cannot be opened (ENOENT, EACCES, EBADF), or
 * ERR_NOT_A_PIPE for a file or a folder. One that breaks later gives a `ConnectionResetError`.
 */
export class PipeError extends Error {
  readonly code: string;

  constructor(message: string, code: string, cause: unknown) {
    super(message, { cause });
    this.name = "PipeError";
    this.code = code;
  }
}

/** Nobody can listen to this signal: SIGKILL and SIGSTOP, or one that the system keeps for itself. */
export class UncatchableSignalError extends Error {
  readonly code = "ERR_UNCATCHABLE_SIGNAL";
  override readonly name = "UncatchableSignalError";
}

// threads

/**
 * A call cannot go to a thread, or its result cannot come back: the function uses what is outside of it, or is not where it was said to be; an
 * argument, a context variable or the result cannot be cloned. What the function itself throws arrives as what it is.
 */
export class ThreadFunctionError extends Error {
  readonly code = "ERR_THREAD_FUNCTION";
  static {
    this.prototype.name = "ThreadFunctionError";
  }
}

/**
 * The thread of a call died, or never came to life; its executor goes on with another. Who ends the executor itself makes the call an
 * `ExecutorClosedError`; a thread that was ended because the call was cancelled throws the cancellation.
 */
export class WorkerCrashedError extends Error {
  readonly code = "ERR_WORKER_CRASHED";
  /** An error outside the call that nobody caught, `process.exit`, out of memory, or a thread that did not start. */
  readonly reason: "error" | "exit" | "memory" | "start";
  /** What `process.exit` was called with; null for the other reasons. */
  readonly exitCode: number | null;

  /** @internal */
  constructor(
    message: string,
    reason: WorkerCrashedError["reason"],
    exitCode: number | null,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.exitCode = exitCode;
  }

  static {
    this.prototype.name = "WorkerCrashedError";
  }
}

/** The executor takes no calls any more, or was ended while it had this one. A thread that died by itself is a `WorkerCrashedError`. */
export class ExecutorClosedError extends Error {
  readonly code = "ERR_EXECUTOR_CLOSED";
  static {
    this.prototype.name = "ExecutorClosedError";
  }
}
