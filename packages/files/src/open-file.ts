// From a mode and options to the file object that they ask for, owned by the scope that asks.
import { currentScope, type Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { BinaryFile } from "./binary-file.ts";
import { closeFile } from "./close-file.ts";
import { Descriptor } from "./descriptor.ts";
import { ThreadDevice, type Device } from "./device.ts";
import { textCodec } from "./encodings/by-name.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { parseMode, type BinaryMode, type ParsedMode, type TextMode } from "./mode.ts";
import { checkNewline, type Newline } from "./newline.ts";
import { openNumber, openPath, type Opened } from "./open-descriptor.ts";
import type { TextErrors } from "./text-codec.ts";
import { TextFile } from "./text-file.ts";

export interface BinaryOptions {
  /** Size of the buffer in bytes; 0 for none. Chosen by how the file is used when missing: 65,536, more where it is read on and on. */
  readonly buffering?: number;
  /** Permissions of a file that is created, before the umask. Default 0o666. */
  readonly permissions?: number;
  /** Of a file that is opened by its descriptor: whether to close that with the file. Default true. */
  readonly closefd?: boolean;
}

export interface TextOptions extends BinaryOptions {
  /** Size of the buffer in bytes; 1 flushes after each line that is written. Chosen by how the file is used when missing. */
  readonly buffering?: number;
  /** See `TextEncoding`. Default "utf-8". */
  readonly encoding?: string;
  /** What to do with bytes or characters that the encoding does not have. Default "strict". */
  readonly errors?: TextErrors;
  /** Line ends; see `Newline`. Default null: universal. */
  readonly newline?: Newline;
  /** Characters; a longer line is a LineTooLongError. Default 2 ** 28. */
  readonly maxLineLength?: number;
}

/** What a mode and options come to, once they are found to make sense. */
interface Plan {
  readonly mode: ParsedMode;
  readonly bufferSize: number | undefined;
  readonly file: (descriptor: Descriptor) => TextFile | BinaryFile;
}

function planOf(mode: TextMode | BinaryMode, options: TextOptions): Plan {
  const parsed = parseMode(mode);
  const { buffering } = options;
  if (buffering !== undefined && !(Number.isInteger(buffering) && buffering >= 0))
    throw new RangeError(`Cannot buffer ${buffering} bytes: it takes a whole number from 0`);
  if (parsed.binary) {
    const text = (["encoding", "errors", "newline"] as const).find((name) => options[name] !== undefined);
    if (text !== undefined)
      throw new TypeError(`Cannot use ${text} with mode ${JSON.stringify(mode)}: bytes are no text`);
    return { mode: parsed, bufferSize: buffering, file: (descriptor) => new BinaryFile(descriptor) };
  }
  if (buffering === 0) throw new RangeError("Cannot open text without a buffer: text is decoded in blocks");
  const codec = textCodec(options.encoding ?? "utf-8", options.errors ?? "strict", parsed.writable);
  const newline = checkNewline(options.newline ?? null);
  const maxLineLength = options.maxLineLength ?? 2 ** 28;
  if (!(maxLineLength > 0)) throw new RangeError(`Cannot read lines of at most ${maxLineLength} characters`);
  const lineBuffered = buffering === 1;
  const details = { lineBuffered, maxLineLength };
  return {
    mode: parsed,
    bufferSize: lineBuffered ? undefined : buffering,
    file: (descriptor) => new TextFile(descriptor, codec, newline, details),
  };
}

/** Throws what is wrong with a mode and options, for whoever makes something before `fileOver`. */
export function assertOptions(mode: TextMode | BinaryMode, options: TextOptions): void {
  planOf(mode, options);
}

/** What is wrong with the options is said before a file is made or emptied. `temporary`: see `openPath`. */
export function* openFile(
  path: FilePath | number,
  mode: TextMode | BinaryMode,
  options: TextOptions,
  temporary = false,
): Coroutine<TextFile | BinaryFile> {
  const plan = planOf(mode, options);
  if (typeof path === "number") return owned(openNumber(path, plan.mode, options.closefd ?? true), plan);
  if (options.closefd === false)
    throw new TypeError("Cannot keep open what is opened by its path: closefd: false takes a descriptor");
  const opened = yield* openPath(pathText(path), plan.mode, options.permissions ?? 0o666, temporary);
  return owned(opened, plan);
}

/**
 * Makes a file over what was opened by other means, at its start, owned by the current scope. It has positions. The device is closed
 * with it; where the options make no sense, it is the caller's still.
 */
export function fileOver(
  device: Device,
  name: string,
  mode: TextMode | BinaryMode,
  options: TextOptions = {},
): TextFile | BinaryFile {
  const facts = { path: name, seekable: true, offset: 0, isatty: false };
  return owned({ device, facts }, planOf(mode, options));
}

/** Makes a file of bytes over a descriptor of a file that has positions, owned by the current scope. */
export function bytesOver(fd: number, name: string, mode: BinaryMode): BinaryFile {
  return fileOver(new ThreadDevice(fd, mode === "rb"), name, mode) as BinaryFile;
}

function owned({ device, facts }: Opened, plan: Plan): TextFile | BinaryFile {
  try {
    const scope = currentScope();
    const descriptor = new Descriptor(device, { ...facts, mode: plan.mode, bufferSize: plan.bufferSize });
    descriptor.disown = scope.defer(() => coroutine(closeFile, descriptor, false));
    return plan.file(descriptor);
  } catch (error) {
    // The scope has ended: it takes nothing any more.
    device.close(() => {});
    throw error;
  }
}
