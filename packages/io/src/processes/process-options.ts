// The options of a new process, checked before anything is done.
import { pathText, type FilePath } from "../stdio/file-path.ts";
import { signalOf, type SignalName } from "../signals/signal-names.ts";
import {
  planRedirect,
  type RedirectError,
  type RedirectInput,
  type RedirectOutput,
  type RedirectPlan,
} from "./redirect.ts";

/** How a program is started, and how it ends with its scope. */
export interface ProcessOptions {
  /** Default: "inherit", as for all three. */
  readonly stdin?: RedirectInput | undefined;
  readonly stdout?: RedirectOutput | undefined;
  readonly stderr?: RedirectError | undefined;
  /** Descriptors that the child gets too, under their numbers here. */
  readonly passFds?: readonly number[] | undefined;
  /** The child's folder. Default: this program's. A program that is named by a relative path is looked for from there. */
  readonly cwd?: FilePath | undefined;
  /** All of the child's environment; `{ ...process.env, NAME: "value" }` to add to one's own. Default: this program's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The child's user and group, as numbers. */
  readonly user?: number | undefined;
  readonly group?: number | undefined;
  /** What the child sees as its own name. Default: the program as it was given. */
  readonly argv0?: string | undefined;
  /**
   * The child leads a session and a process group of its own (setsid): signals sent by this library, also those of the scope's end, reach all
   * that it has started and that has not left the group; Ctrl-C on the terminal reaches none of it. Default: true for shells, else false.
   */
  readonly processGroup?: boolean | undefined;
  /** Bytes that `stdout` and `stderr` may hold unread, twice over, before the child has to wait. Default 65,536. */
  readonly limit?: number | undefined;
  /** What the end of the scope, and `terminate`, send first. Default "SIGTERM". */
  readonly terminateSignal?: SignalName | undefined;
  /** Milliseconds from there to SIGKILL at the end of the scope. Default 5000; 0 kills at once. */
  readonly grace?: number | undefined;
}

export interface ProcessPlan {
  readonly program: string;
  /** Without the program itself. */
  readonly args: readonly string[];
  /** How it is called in errors. */
  readonly shown: string;
  readonly stdin: RedirectPlan;
  readonly stdout: RedirectPlan;
  readonly stderr: RedirectPlan;
  readonly passFds: readonly number[];
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly user: number | undefined;
  readonly group: number | undefined;
  readonly argv0: string | undefined;
  readonly processGroup: boolean;
  readonly limit: number;
  readonly terminateSignal: SignalName;
  readonly grace: number;
}

const known: ReadonlySet<string> = new Set(
  (
    "stdin stdout stderr passFds cwd env user group argv0 processGroup limit terminateSignal grace" as const
  ).split(" "),
);

/** Checks all that was said of a new process. TypeError and RangeError: nothing was started. */
export function planProcess(
  program: unknown,
  args: unknown,
  options: ProcessOptions,
  defaults: { readonly processGroup: boolean },
): ProcessPlan {
  const path = pathText(program, "start a process");
  if (!Array.isArray(args)) {
    throw new TypeError(`Cannot start ${path}: its arguments are a list, got ${typeof args}`);
  }
  // A hole in the list is no argument: `map` would leave it out.
  const texts = Array.from(args as readonly unknown[], (arg, index) =>
    text(arg instanceof URL ? pathText(arg, `start ${path}`) : arg, path, `argument ${index + 1}`),
  );
  checkOptions(path, options);
  const { stdin = "inherit", stdout = "inherit", stderr = "inherit" } = options;
  const { cwd, env, argv0, limit = 65_536, grace = 5000 } = options;
  if (env !== undefined && (typeof env !== "object" || env === null || Array.isArray(env))) {
    throw new TypeError(
      `Cannot start ${path}: env is an object of strings, got ${Array.isArray(env) ? "a list" : String(env)}`,
    );
  }
  for (const [name, value] of Object.entries(env ?? {})) {
    if (name === "" || name.includes("=")) {
      throw new TypeError(`Cannot start ${path}: ${JSON.stringify(name)} cannot name a variable`);
    }
    text(name, path, "the name of a variable");
    if (value !== undefined) text(value, path, `the variable ${name}`);
  }
  return {
    program: path,
    args: texts,
    shown: shownAs(path, texts),
    stdin: planRedirect("stdin", stdin),
    stdout: planRedirect("stdout", stdout),
    stderr: planRedirect("stderr", stderr),
    passFds: checkFds(path, options.passFds ?? []),
    cwd: cwd === undefined ? undefined : pathText(cwd, `start ${path} in a folder`),
    env,
    user: checkId(path, "user", options.user),
    group: checkId(path, "group", options.group),
    argv0: argv0 === undefined ? undefined : text(argv0, path, "argv0"),
    processGroup: options.processGroup ?? defaults.processGroup,
    limit: checkNumber(path, "limit", limit, 1),
    terminateSignal: signalOf(options.terminateSignal ?? "SIGTERM", `start ${path}`),
    grace: checkNumber(path, "grace", grace, 0),
  };
}

function checkOptions(program: string, options: unknown): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`Cannot start ${program}: its options are an object, got ${String(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (known.has(name)) continue;
    throw new TypeError(
      `Cannot start ${program}: there is no option ${JSON.stringify(name)}; there are ${[...known].join(", ")}`,
    );
  }
  const { processGroup } = options as ProcessOptions;
  if (processGroup !== undefined && typeof processGroup !== "boolean") {
    throw new TypeError(
      `Cannot start ${program}: processGroup is true or false, got ${String(processGroup)}`,
    );
  }
}

function text(value: unknown, program: string, what: string): string {
  if (typeof value !== "string") {
    throw new TypeError(
      `Cannot start ${program}: ${what} is a string, got ${value === null ? "null" : typeof value}`,
    );
  }
  if (value.includes("\0")) throw new TypeError(`Cannot start ${program}: ${what} has a NUL byte in it`);
  return value;
}

function checkFds(program: string, fds: unknown): readonly number[] {
  if (!Array.isArray(fds)) throw new TypeError(`Cannot start ${program}: passFds is a list of descriptors`);
  for (const fd of fds as readonly unknown[]) {
    if (typeof fd === "number" && Number.isInteger(fd) && fd > 2) continue;
    throw new RangeError(`Cannot start ${program}: passFds takes descriptors from 3 on, got ${String(fd)}`);
  }
  return fds as readonly number[];
}

function checkId(program: string, name: string, id: unknown): number | undefined {
  if (id === undefined || (typeof id === "number" && Number.isInteger(id) && id >= 0)) return id;
  throw new TypeError(`Cannot start ${program}: the ${name} is a number, got ${typeof id}`);
}

function checkNumber(program: string, name: string, value: unknown, least: number): number {
  if (typeof value === "number" && value >= least) return value;
  throw new RangeError(`Cannot start ${program}: ${name} is a number from ${least} on, got ${String(value)}`);
}

/** The command line as a person would know it, not too long. */
function shownAs(program: string, args: readonly string[]): string {
  const line = [program, ...args].map((part) =>
    /^[\w./:=@%+,-]+$/.test(part) ? part : JSON.stringify(part),
  );
  const whole = line.join(" ");
  return whole.length <= 120 ? whole : `${whole.slice(0, 119)}…`;
}
