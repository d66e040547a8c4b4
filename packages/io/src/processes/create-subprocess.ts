// createSubprocessExec and createSubprocessShell: how a process begins, and whose it is.
import type { ChildProcess } from "node:child_process";
import { closeSync, constants, fstatSync } from "node:fs";
import { currentScope, type Awaitable, type Coroutine } from "corio";
import { cancelPoint, coroutine, suspend } from "corio/lowlevel";
import { ProcessStartError } from "../errors.ts";
import { pathText, type FilePath } from "../stdio/file-path.ts";
import { openFile } from "../stdio/open-file.ts";
import { Child } from "./child.ts";
import { endChild } from "./end-child.ts";
import { planProcess, type ProcessOptions, type ProcessPlan } from "./process-options.ts";
import { Process } from "./process.ts";
import type { RedirectPlan, StreamName } from "./redirect.ts";
import { sharedPipe, type SharedPipe } from "./shared-pipe.ts";
import { spawnChild, type Lead } from "./spawn-child.ts";
import { sharedPipeError, startError } from "./start-error.ts";

/**
 * Starts a program with its arguments, as asyncio's `create_subprocess_exec`; no shell is between. The process belongs to the running scope: when that
 * ends, however it does, the process gets SIGTERM, after its grace (5 s) SIGKILL, and is waited for; `close` does so earlier. What it
 * writes meanwhile is thrown away. Start it in the block that it is to live in: a `timeout` around this call alone would end it.
 *
 * Its standard streams are this program's own, unless `stdin: PIPE` and so on say otherwise. Cancelled, nothing was started. A cancel point.
 *
 * ProgramNotFoundError, ProgramNotExecutableError, WorkingFolderError, or ProcessStartError; TypeError and RangeError for what makes no
 * sense, before anything was done.
 *
 * @example
 * ```ts
 * import { main } from "corio";
 * import { createSubprocessExec, PIPE } from "@corio/io";
 *
 * await main(async () => {
 *   const sorter = await createSubprocessExec("sort", [], { stdin: PIPE, stdout: PIPE });
 *   const [output] = await sorter.communicate("pear\napple\n");
 *   console.log(sorter.returnCode, output!.toString().split("\n")); // => 0 [ 'apple', 'pear', '' ]
 * });
 * ```
 */
export function createSubprocessExec(
  program: FilePath,
  args: readonly (string | URL)[] = [],
  options: ProcessOptions = {},
): Awaitable<Process> {
  return coroutine(startProgram, program, args, options);
}

/**
 * Runs a command line by the shell (`/bin/sh -c`), as asyncio's `create_subprocess_shell`. Never put text from elsewhere into it. The shell
 * and what it starts are a process group: signals, and the end of the scope, reach all of them. For a command that is to use the
 * terminal, say `processGroup: false`. Otherwise as `createSubprocessExec`.
 */
export function createSubprocessShell(command: string, options: ProcessOptions = {}): Awaitable<Process> {
  return coroutine(startShell, command, options);
}

function* startProgram(program: FilePath, args: unknown, options: ProcessOptions): Coroutine<Process> {
  return yield* startProcess(planProcess(program, args, options, { processGroup: false }));
}

function* startShell(command: string, options: ProcessOptions): Coroutine<Process> {
  if (typeof command !== "string") {
    throw new TypeError(`Cannot start a shell: its command is a string, got ${typeof command}`);
  }
  return yield* startProcess(planProcess("/bin/sh", ["-c", command], options, { processGroup: true }));
}

/** Starts what was planned, for the running scope. */
export function* startProcess(plan: ProcessPlan): Coroutine<Process> {
  yield* cancelPoint();
  checkOpen(plan);
  const files: number[] = [];
  let shared: SharedPipe | null = null;
  try {
    const stdin = yield* leadTo("stdin", plan, files);
    const stdout = yield* leadTo("stdout", plan, files);
    const stderr = plan.stderr.kind === "stdout" ? stdout : yield* leadTo("stderr", plan, files);
    const stdio: Lead[] = [stdin, stdout, stderr];
    if (plan.stderr.kind === "stdout" && stdout === "pipe") {
      shared = yield* sharing(plan);
      stdio[1] = stdio[2] = shared.theirs;
    }
    for (const fd of plan.passFds) {
      while (stdio.length <= fd) stdio.push("ignore");
      stdio[fd] = fd;
    }
    return yield* launch(plan, stdio, shared);
  } finally {
    for (const fd of files) closeSync(fd);
    shared?.theirs.destroy();
  }
}

/** node is told of all descriptors up to the highest: one that is none must not be that. */
function checkOpen(plan: ProcessPlan): void {
  try {
    for (const fd of plan.passFds) fstatSync(fd);
  } catch (error) {
    throw startError(error, plan);
  }
}

/** What node is told of a stream. Files are opened here, and noted. */
function* leadTo(name: StreamName, plan: ProcessPlan, files: number[]): Coroutine<Lead> {
  const redirect: RedirectPlan = plan[name];
  switch (redirect.kind) {
    case "inherit":
      return ["stdin", "stdout", "stderr"].indexOf(name);
    case "devnull":
      return "ignore";
    case "fd":
      return redirect.fd;
    case "file": {
      const fd = yield* openFor(name, plan, redirect);
      files.push(fd);
      return fd;
    }
    default:
      return "pipe";
  }
}

function* openFor(
  name: StreamName,
  plan: ProcessPlan,
  { path, append }: Extract<RedirectPlan, { kind: "file" }>,
): Coroutine<number> {
  const { O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants;
  const text = pathText(path, `open the ${name} of ${plan.shown}`);
  const flags = name === "stdin" ? O_RDONLY : O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC);
  try {
    return yield* openFile(text, flags);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const reason = `cannot open ${text} for its ${name} (${error.code})`;
    throw new ProcessStartError(`Cannot start ${plan.shown}: ${reason}`, plan.program, error);
  }
}

function* sharing(plan: ProcessPlan): Coroutine<SharedPipe> {
  try {
    return yield* sharedPipe();
  } catch (error) {
    throw isSystemError(error) ? sharedPipeError(error, plan) : error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function* launch(plan: ProcessPlan, stdio: Lead[], shared: SharedPipe | null): Coroutine<Process> {
  let child: Child | null = null;
  // First of all, who ends it: from the moment it is there it has an owner.
  const disown = currentScope().defer(() => (child === null ? undefined : coroutine(endChild, child)));
  try {
    const handle = spawnChild(plan, stdio);
    if (handle.pid !== undefined) {
      child = new Child(handle, plan, shared?.ours ?? null);
      child.disown = disown;
      child.startRelays();
      return new Process(child);
    }
    throw yield* refusalOf(handle);
  } catch (error) {
    if (child === null) disown();
    shared?.ours.destroy();
    throw startError(error, plan);
  }
}

/** node tells a tick later why it has started nothing. */
function* refusalOf(handle: ChildProcess): Coroutine<unknown> {
  // Also for one who is cancelled and does not hear it.
  handle.on("error", () => {});
  for (const stream of [handle.stdin, handle.stdout, handle.stderr]) {
    stream?.on("error", () => {});
    stream?.destroy();
  }
  return yield* suspend<unknown>(function spawning(resolve) {
    handle.on("error", resolve);
  });
}
