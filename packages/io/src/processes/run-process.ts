// runProcess: a process from beginning to end, as one call.
import { cancelScope, type Awaitable, type Coroutine, type Scope } from "corio";
import { coroutine } from "corio/lowlevel";
import { ProcessFailedError } from "../errors.ts";
import type { FilePath } from "../stdio/file-path.ts";
import { checkLimits, type CommunicateOptions } from "./communicate.ts";
import { startProcess } from "./create-subprocess.ts";
import { planProcess, type ProcessOptions, type ProcessPlan } from "./process-options.ts";
import { DEVNULL, PIPE } from "./redirect.ts";
import type { SignalName } from "../signals/signal-names.ts";

/** What may be said of a program that is run from beginning to end. */
export interface RunProcessOptions extends ProcessOptions, CommunicateOptions {
  /** What it gets on stdin. Without it, and without a `stdin` of its own, stdin is empty. */
  readonly input?: string | Uint8Array | undefined;
  /** Throw ProcessFailedError when it ends with another code than 0, or by a signal. Default true. */
  readonly check?: boolean | undefined;
  /** Give stdout and stderr as text. Default: as bytes. */
  readonly encoding?: BufferEncoding | undefined;
  /** Bytes of stdout, and of stderr, that are kept; with more the process is killed: OutputLimitError. Default 64 MiB. */
  readonly maxOutput?: number | undefined;
}

/** How a process ended, and what it wrote. */
export interface CompletedProcess<Output extends string | Buffer> {
  /** The program and its arguments. */
  readonly args: readonly string[];
  /** The exit code; minus the signal's number where a signal has ended it. */
  readonly returnCode: number;
  readonly signal: SignalName | null;
  /** Empty where the stream was led elsewhere. */
  readonly stdout: Output;
  readonly stderr: Output;
}

const defaultMaxOutput = 64 * 1024 * 1024;

/**
 * Runs a program to its end and gives what it wrote, as Python's `subprocess.run`. stdout and stderr are collected, unless options lead them
 * elsewhere. Cancelled, by a timeout for instance, it ends the process (SIGTERM, after its grace SIGKILL) and waits for that.
 *
 * ProcessFailedError when it ends badly (unless `check: false`), OutputLimitError when it writes more than `maxOutput`; the errors of
 * `createSubprocessExec` when it does not start. A cancel point.
 *
 * @example
 * ```ts
 * import { main, timeout } from "corio";
 * import { runProcess } from "@corio/io";
 *
 * await main(async () => {
 *   const { stdout } = await timeout(10_000, () => runProcess("wc", ["-c"], { input: "hello", encoding: "utf8" }));
 *   console.log(stdout.trim()); // => 5
 * });
 * ```
 */
export function runProcess(
  program: FilePath,
  args: readonly (string | URL)[],
  options: RunProcessOptions & { readonly encoding: BufferEncoding },
): Awaitable<CompletedProcess<string>>;
export function runProcess(
  program: FilePath,
  args?: readonly (string | URL)[],
  options?: RunProcessOptions & { readonly encoding?: undefined },
): Awaitable<CompletedProcess<Buffer>>;
export function runProcess(
  program: FilePath,
  args: readonly (string | URL)[],
  options: RunProcessOptions,
): Awaitable<CompletedProcess<string | Buffer>>;
export function runProcess(
  program: FilePath,
  args: readonly (string | URL)[] = [],
  options: RunProcessOptions = {},
): Awaitable<CompletedProcess<string | Buffer>> {
  return coroutine(runStep, program, args, options);
}

function* runStep(
  program: FilePath,
  args: unknown,
  given: RunProcessOptions,
): Coroutine<CompletedProcess<string | Buffer>> {
  const {
    input,
    check = true,
    encoding,
    maxOutput = defaultMaxOutput,
    outputGrace = Infinity,
    ...rest
  } = given;
  const stdin = input === undefined ? DEVNULL : PIPE;
  const options = { stdin, stdout: PIPE, stderr: PIPE, ...rest } as const;
  const plan = planProcess(program, args, options, { processGroup: false });
  if (encoding !== undefined && !Buffer.isEncoding(encoding)) {
    throw new TypeError(`Cannot run ${plan.shown}: there is no encoding ${JSON.stringify(encoding)}`);
  }
  if ((input ?? null) !== null && typeof input !== "string" && !(input instanceof Uint8Array)) {
    throw new TypeError(`Cannot run ${plan.shown}: its input is a string or bytes, got ${typeof input}`);
  }
  if (input !== undefined && plan.stdin.kind !== "pipe") {
    throw new TypeError(`Cannot run ${plan.shown}: it has both an input and a stdin of its own`);
  }
  checkLimits(maxOutput, outputGrace);
  const job: Job = { plan, input: input ?? null, maxOutput, outputGrace };
  // Never undefined: nobody cancels this scope by hand.
  const ended = (yield* cancelScope(runJob, job))!;
  const text = (bytes: Buffer): string | Buffer =>
    encoding === undefined ? bytes : bytes.toString(encoding);
  const result = { ...ended, stdout: text(ended.stdout), stderr: text(ended.stderr) };
  if (check && result.returnCode !== 0) throw new ProcessFailedError(failure(plan, ended), result);
  return result;
}

interface Job extends Required<CommunicateOptions> {
  readonly plan: ProcessPlan;
  readonly input: string | Uint8Array | null;
}

/** In a scope of its own: its end is the end of the process. */
function* runJob(_scope: Scope, job: Job): Coroutine<CompletedProcess<Buffer>> {
  const process = yield* startProcess(job.plan);
  const [stdout, stderr] = yield* process.communicate(job.input, job);
  return {
    args: process.args,
    returnCode: process.returnCode!,
    signal: process.signal,
    stdout: stdout ?? Buffer.alloc(0),
    stderr: stderr ?? Buffer.alloc(0),
  };
}

/** The message for a process that ended badly, with the last lines that it wrote about it. */
function failure(plan: ProcessPlan, { returnCode, signal, stderr }: CompletedProcess<Buffer>): string {
  const how = signal === null ? `exited with code ${returnCode}` : `was ended by ${signal}`;
  const last = stderr.subarray(-2000).toString("utf8").trimEnd().split("\n").slice(-10).join("\n");
  return `${plan.shown} ${how}${last === "" ? "" : `:\n${last}`}`;
}
