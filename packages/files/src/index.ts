// What users of @corio/files import.
export { atomicFile, writeAtomic } from "./atomic.ts";
export type {
  AtomicBinaryOptions,
  AtomicData,
  AtomicOptions,
  AtomicTextOptions,
  WriteAtomicOptions,
} from "./atomic.ts";
export { BinaryFile } from "./binary-file.ts";
export { exists, isdir, isfile, remove, rename, replace, stat } from "./entries.ts";
export type { StatOptions } from "./entries.ts";
export {
  DecodeError,
  DirectoryNotEmptyError,
  DiskFullError,
  EncodeError,
  FileClosedError,
  FileError,
  FileExistsError,
  FileNotFoundError,
  IncompleteReadError,
  IsADirectoryError,
  LineTooLongError,
  NotADirectoryError,
  PermissionDeniedError,
  TooManyOpenFilesError,
  UnsupportedOperationError,
} from "./errors.ts";
export type { FilePath } from "./file-path.ts";
export { listdir, makedirs, mkdir, removeTree, rmdir, scandir } from "./folders.ts";
export type { Entry, MakedirsOptions, MakeOptions, RemoveTreeOptions } from "./folders.ts";
export type { Lines } from "./line-iteration.ts";
export type { BinaryMode, TextMode } from "./mode.ts";
export type { Newline } from "./newline.ts";
export { open, withFile } from "./open.ts";
export type { BinaryOptions, TextOptions } from "./open.ts";
export type { Whence } from "./seek.ts";
export type { TextEncoding, TextErrors } from "./text-codec.ts";
export { TextFile } from "./text-file.ts";
export { fileThreads } from "./thread-budget.ts";
export type { ThreadBudget } from "./thread-budget.ts";
export { walk } from "./walk.ts";
export type { Walk, WalkOptions } from "./walk.ts";
export { appendText, readBytes, readJson, readText, writeBytes, writeJson, writeText } from "./whole-file.ts";
export type { ReadTextOptions, WriteJsonOptions, WriteOptions } from "./whole-file.ts";
