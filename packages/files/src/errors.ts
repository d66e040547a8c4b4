// Every error class of the package, flat. Failures of the system keep its code (ENOENT ...) and say what was done to which
// path; callers branch on the class or on `code`.

interface FileErrorInit {
  readonly code: string;
  readonly operation: string;
  readonly path: string;
  /** The second path of a rename, a copy or a link. */
  readonly destination?: string | undefined;
  readonly cause?: unknown;
}

/** The system refused a file operation. Subclasses exist for what callers branch on; all else is a plain FileError. */
export class FileError extends Error {
  /** The system's own code, as node gives it: "EIO", "EBUSY" ... */
  readonly code: string;
  /** What was being done: "open", "write", "rename" ... */
  readonly operation: string;
  readonly path: string;
  /** Where to, for operations with two paths. */
  readonly destination: string | undefined;

  constructor(message: string, init: FileErrorInit) {
    super(message, { cause: init.cause });
    this.code = init.code;
    this.operation = init.operation;
    this.path = init.path;
    this.destination = init.destination;
  }

  static {
    this.prototype.name = "FileError";
  }
}

/** Nothing is there, or a folder on the way is missing (ENOENT). For a file where a folder should be see `NotADirectoryError`. */
export class FileNotFoundError extends FileError {
  declare readonly code: "ENOENT";
  static {
    this.prototype.name = "FileNotFoundError";
  }
}

/** Something is there already (EEXIST): mode "x", `mkdir`. A folder with content in the way is `DirectoryNotEmptyError`. */
export class FileExistsError extends FileError {
  declare readonly code: "EEXIST";
  static {
    this.prototype.name = "FileExistsError";
  }
}

/** The process may not do this (EACCES, EPERM). A file system mounted read-only is a plain FileError with EROFS. */
export class PermissionDeniedError extends FileError {
  declare readonly code: "EACCES" | "EPERM";
  static {
    this.prototype.name = "PermissionDeniedError";
  }
}

/** A file operation met a folder (EISDIR). The reverse is `NotADirectoryError`. */
export class IsADirectoryError extends FileError {
  declare readonly code: "EISDIR";
  static {
    this.prototype.name = "IsADirectoryError";
  }
}

/** A folder operation, or a path through a folder, met a file (ENOTDIR). The reverse is `IsADirectoryError`. */
export class NotADirectoryError extends FileError {
  declare readonly code: "ENOTDIR";
  static {
    this.prototype.name = "NotADirectoryError";
  }
}

/** A folder that must be empty is not (ENOTEMPTY). `removeTree` removes it with its content. */
export class DirectoryNotEmptyError extends FileError {
  declare readonly code: "ENOTEMPTY";
  static {
    this.prototype.name = "DirectoryNotEmptyError";
  }
}

/** No room, or the quota is used up (ENOSPC, EDQUOT). What could not be written stays in the file's buffer: free room, then `flush`. */
export class DiskFullError extends FileError {
  declare readonly code: "ENOSPC" | "EDQUOT";
  static {
    this.prototype.name = "DiskFullError";
  }
}

/** The process or the system has too many files open (EMFILE, ENFILE). */
export class TooManyOpenFilesError extends FileError {
  declare readonly code: "EMFILE" | "ENFILE";
  static {
    this.prototype.name = "TooManyOpenFilesError";
  }
}

/** The file was closed, by `close` or by the end of the scope that opened it. Nothing was asked of the system. */
export class FileClosedError extends Error {
  readonly code = "ERR_FILE_CLOSED";
  readonly path: string;

  constructor(path: string, message = `The file ${path} is closed`) {
    super(message);
    this.path = path;
  }

  static {
    this.prototype.name = "FileClosedError";
  }
}

/** The file cannot do this by its mode or nature: reading mode "w", seeking in a pipe. A refusal of the system is a `FileError`. */
export class UnsupportedOperationError extends Error {
  readonly code = "ERR_FILE_UNSUPPORTED";
  static {
    this.prototype.name = "UnsupportedOperationError";
  }
}

/** The file ended before `readExactly` had its bytes. `partial` has what there was; it counts as read. */
export class IncompleteReadError extends Error {
  readonly code = "ERR_INCOMPLETE_READ";
  readonly path: string;
  readonly partial: Buffer;
  readonly expected: number;

  constructor(path: string, partial: Buffer, expected: number) {
    super(`The file ${path} ended after ${partial.length} of ${expected} bytes`);
    this.path = path;
    this.partial = partial;
    this.expected = expected;
  }

  static {
    this.prototype.name = "IncompleteReadError";
  }
}

/** A line is longer than the file's `maxLineLength`. Nothing of it was read: `read` can still take it in pieces. */
export class LineTooLongError extends Error {
  readonly code = "ERR_LINE_TOO_LONG";
  readonly path: string;
  /** The file's `maxLineLength`. */
  readonly limit: number;

  constructor(path: string, limit: number) {
    super(`A line of ${path} is longer than ${limit} characters`);
    this.path = path;
    this.limit = limit;
  }

  static {
    this.prototype.name = "LineTooLongError";
  }
}

/** Bytes that the encoding does not have, in a file opened with `errors: "strict"`. Nothing was read. */
export class DecodeError extends Error {
  readonly code = "ERR_DECODE";
  readonly path: string;
  readonly encoding: string;
  /** Where the offending bytes begin, from the start of the file; from the first byte read where the file cannot seek. */
  readonly position: number;

  constructor(path: string, encoding: string, position: number) {
    super(`Cannot decode ${path} as ${encoding}: invalid bytes at position ${position}`);
    this.path = path;
    this.encoding = encoding;
    this.position = position;
  }

  static {
    this.prototype.name = "DecodeError";
  }
}

/** Characters that the encoding does not have, written to a file with `errors: "strict"`. Nothing was written. */
export class EncodeError extends Error {
  readonly code = "ERR_ENCODE";
  readonly encoding: string;
  /** Index of the first such character in the text. */
  readonly index: number;

  constructor(encoding: string, index: number) {
    super(`Cannot encode the text as ${encoding}: the character at index ${index} has no place there`);
    this.encoding = encoding;
    this.index = index;
  }

  static {
    this.prototype.name = "EncodeError";
  }
}

/**
 * A copy onto itself: source and destination are one file, or the destination lies inside the folder that is copied. Nothing was
 * done. A destination that is merely there already is a `FileExistsError`.
 */
export class SameFileError extends Error {
  readonly code = "ERR_SAME_FILE";
  readonly operation = "copy";
  readonly path: string;
  readonly destination: string;

  constructor(path: string, destination: string, reason: string) {
    super(`Cannot copy ${path} to ${destination}: ${reason}`);
    this.path = path;
    this.destination = destination;
  }

  static {
    this.prototype.name = "SameFileError";
  }
}

/**
 * The system watches no more folders for this user (ENOSPC), or no more processes watch (EMFILE). On Linux these are
 * fs.inotify.max_user_watches and fs.inotify.max_user_instances. A disk that is full is a `DiskFullError`.
 */
export class WatchLimitError extends FileError {
  declare readonly code: "ENOSPC" | "EMFILE";

  constructor(code: "ENOSPC" | "EMFILE", path: string, cause: unknown) {
    const limit = code === "ENOSPC" ? "max_user_watches" : "max_user_instances";
    const message = `Cannot watch ${path}: the system's limit is reached; raise fs.inotify.${limit}, or watch less (${code})`;
    super(message, { code, operation: "watch", path, cause });
  }

  static {
    this.prototype.name = "WatchLimitError";
  }
}

const classes: Readonly<Record<string, typeof FileError>> = {
  ENOENT: FileNotFoundError,
  EEXIST: FileExistsError,
  EACCES: PermissionDeniedError,
  EPERM: PermissionDeniedError,
  EISDIR: IsADirectoryError,
  ENOTDIR: NotADirectoryError,
  ENOTEMPTY: DirectoryNotEmptyError,
  ENOSPC: DiskFullError,
  EDQUOT: DiskFullError,
  EMFILE: TooManyOpenFilesError,
  ENFILE: TooManyOpenFilesError,
};

/** Turns a failure of node:fs into the error that callers see; anything else is given back as it is. */
export function fileError(error: unknown, operation: string, path: string, destination?: string): unknown {
  if (!(error instanceof Error) || error instanceof FileError) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== "string" || syscall === undefined) return error;
  const reason = /^\w+: ([^,]+)/.exec(error.message)?.[1] ?? error.message;
  const target = destination === undefined ? "" : ` to ${destination}`;
  const message = `Cannot ${operation} ${path}${target}: ${reason} (${code})`;
  return new (classes[code] ?? FileError)(message, { code, operation, path, destination, cause: error });
}

/** The error that the system would give, for what is seen before it is asked. */
export function systemError(
  code: string,
  reason: string,
  operation: string,
  path: string,
  destination?: string,
): Error {
  const cause = Object.assign(new Error(`${code}: ${reason}, ${operation}`), { code, syscall: operation });
  return fileError(cause, operation, path, destination) as Error;
}
