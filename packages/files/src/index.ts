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
export type { FileStatistics } from "./descriptor.ts";
export type { TextEncoding } from "./encodings/by-name.ts";
export { copy } from "./copying/copy.ts";
export type { CopyOptions } from "./copying/copy.ts";
export { copyTree } from "./copying/copy-tree.ts";
export type { CopyTreeOptions, CopyTreeStatistics } from "./copying/copy-tree.ts";
export {
  access,
  F_OK,
  R_OK,
  remove,
  rename,
  renames,
  replace,
  stat,
  statvfs,
  unlink,
  W_OK,
  X_OK,
} from "./entries.ts";
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
  SameFileError,
  TooManyOpenFilesError,
  UnsupportedOperationError,
  WatchLimitError,
} from "./errors.ts";
export type { FilePath } from "./file-path.ts";
export { getcwd, listdir, makedirs, mkdir, removedirs, rmdir, scandir } from "./folders.ts";
export type { Entry, MakedirsOptions, MakeOptions } from "./folders.ts";
export { glob } from "./glob/glob.ts";
export type { GlobOptions } from "./glob/glob.ts";
export { link, readlink, symlink } from "./links.ts";
export { FileLock, lock } from "./locking/lock.ts";
export type { FileLockStatistics, LockOptions, LockRequest } from "./locking/lock.ts";
export type { Lines } from "./line-iteration.ts";
export type { BinaryMode, TextMode } from "./mode.ts";
export type { LineEnd, Newline } from "./newline.ts";
export { open, withFile } from "./open.ts";
export type { BinaryOptions, TextOptions } from "./open-file.ts";
export {
  abspath,
  exists,
  getatime,
  getctime,
  getmtime,
  getsize,
  isdir,
  isfile,
  islink,
  ismount,
  samefile,
  sameopenfile,
} from "./path-facts.ts";
export type { OpenFile } from "./path-facts.ts";
export type { Progress } from "./progress.ts";
export { removeTree } from "./remove-tree.ts";
export type { RemoveTreeOptions, RemoveTreeStatistics } from "./remove-tree.ts";
export { sendfile } from "./send-file.ts";
export { namedTemporaryFile, withNamedTemporaryFile } from "./temporary/named-temporary-file.ts";
export type {
  NamedTemporaryBinaryOptions,
  NamedTemporaryTextOptions,
} from "./temporary/named-temporary-file.ts";
export { spooledTemporaryFile, withSpooledTemporaryFile } from "./temporary/spooled-temporary-file.ts";
export type {
  Spooled,
  SpooledBinaryOptions,
  SpooledTextOptions,
} from "./temporary/spooled-temporary-file.ts";
export {
  TemporaryDirectory,
  temporaryDirectory,
  withTemporaryDirectory,
} from "./temporary/temporary-directory.ts";
export type { TemporaryDirectoryOptions } from "./temporary/temporary-directory.ts";
export { temporaryFile, withTemporaryFile } from "./temporary/temporary-file.ts";
export type { TemporaryBinaryOptions, TemporaryTextOptions } from "./temporary/temporary-file.ts";
export type { TemporaryNameOptions } from "./temporary/unguessable-name.ts";
export type { Whence } from "./seek.ts";
export { stderr, stderrBytes, stdin, stdinBytes, stdout, stdoutBytes } from "./standard-streams.ts";
export type { TextErrors } from "./text-codec.ts";
export { TextFile } from "./text-file.ts";
export { fileThreads } from "./thread-budget.ts";
export type { LaneStatistics, ThreadBudget } from "./thread-budget.ts";
export type { Walk, WalkStatistics } from "./tree-walk.ts";
export { walk } from "./walk.ts";
export type { WalkOptions } from "./walk.ts";
export { appendText, readBytes, readJson, readText, writeBytes, writeJson, writeText } from "./whole-file.ts";
export type { ReadOptions, ReadTextOptions, WriteJsonOptions, WriteOptions } from "./whole-file.ts";
export type {
  ChangedEvent,
  CreatedEvent,
  OverflowEvent,
  RemovedEvent,
  RenamedEvent,
  WatchedKind,
  WatchEvent,
} from "./watching/events.ts";
export { watch, Watcher, withWatch } from "./watching/watch.ts";
export type { WatchOptions, WatchStatistics } from "./watching/watch.ts";
