// Stack traces as data: frames with function, file, line and column, those of the runtime itself left out.

/** A place in the program. */
export interface Frame {
  /** The function's name; empty when it has none. */
  readonly function: string;
  /** As the engine names it: usually a `file:` URL. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** "    at async name (file:1:2)", or "    at file:1:2". */
const V8_FRAME = /^\s*at (?:async (?!\())?(?:(.*?) \()?(.+?):(\d+):(\d+)\)?$/;
/** "name@file:1:2" */
const OTHER_FRAME = /^(.*?)@(.+?):(\d+):(\d+)$/;

/** Node's own modules, Deno's, and what JavaScriptCore (Bun, Safari) makes up: constructors that nobody wrote, and native code. */
const HOST_FILE = /^(?:node:|ext:|\[source:|\[native code)/;

/** Where the runtime's sources are; null when they were bundled into one file with the program. Found when first asked for. */
let own: string | null | undefined;

function ownFolder(): string | null {
  const url = withoutScheme(import.meta.url ?? "");
  return /^(.*\/)kernel\/stack\.[jt]s$/.exec(url)?.[1] ?? null;
}

function withoutScheme(file: string): string {
  return file.startsWith("file://") ? file.slice("file://".length) : file;
}

/** Whether it is that file of the runtime's, without its extension. Not known of a bundle. */
export function isOwnFile(file: string, name: string): boolean {
  own ??= ownFolder();
  return own !== null && withoutScheme(file).startsWith(own + name);
}

/** Whether the frame is the program's: not the runtime's, not the host's. */
export function isUserFrame(frame: Frame): boolean {
  if (HOST_FILE.test(frame.file)) return false;
  own ??= ownFolder();
  return own === null || !withoutScheme(frame.file).startsWith(own);
}

/** The frames of a stack's text, innermost first. */
export function parseStack(stack: unknown): Frame[] {
  // A program's own Error.prepareStackTrace may give anything.
  if (typeof stack !== "string") return [];
  const frames: Frame[] = [];
  for (const line of stack.split("\n")) {
    const match = V8_FRAME.exec(line) ?? OTHER_FRAME.exec(line);
    if (match === null) continue;
    const [, name, file, row, column] = match;
    frames.push({ function: name ?? "", file: file!, line: Number(row), column: Number(column) });
  }
  return frames;
}

/** Something whose stack can be read later: making the text is what costs. */
export interface StackHolder {
  readonly stack?: unknown;
}

/** Takes the stack from the caller of `below` on. */
export function takeStack(below: (...args: never[]) => unknown, limit: number): StackHolder {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = limit;
  try {
    const capture = (Error as { captureStackTrace?: typeof Error.captureStackTrace }).captureStackTrace;
    if (capture === undefined) return new Error("stack");
    const holder = {};
    capture(holder, below);
    return holder;
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** "name (file:1:2)", with a path in place of a `file:` URL. */
export function formatFrame(frame: Frame): string {
  const place = `${withoutScheme(frame.file)}:${frame.line}:${frame.column}`;
  return frame.function === "" ? place : `${frame.function} (${place})`;
}
