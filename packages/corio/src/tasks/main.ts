// main: the way in for programs, which own their process.

import { host as defaultHost } from "#host";
import type { Unwrap } from "../kernel/awaitable.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import type { RunTask } from "../kernel/run-task.ts";
import type { Scope } from "../kernel/scope.ts";
import { describeRun } from "../kernel/describe-run.ts";
import { startRun, type RunOptions } from "./run.ts";

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a program. The first SIGINT or SIGTERM cancels it with the signal's name as the reason, and is remembered: the exit code
 * will be 130 or 143 even if the program goes on and returns. The second prints the tree of tasks and exits. A number returned is
 * the exit code. A failure rejects the promise, so that the process ends with it.
 */
export async function main<R>(fn: (scope: Scope) => R, options: RunOptions = {}): Promise<void> {
  assertFunction(fn, "a program");
  const host = options.host ?? defaultHost;
  const { process } = host;
  let signalled: "SIGINT" | "SIGTERM" | null = null;
  let root: RunTask | null = null;
  const stop = process?.onSignal((signal) => {
    if (signalled !== null) {
      process.writeError(`\n${signal} again: ending at once. Tasks still running:\n${describeRun(root!)}\n`);
      process.exit(EXIT_CODES[signal]);
    }
    signalled = signal;
    root?.cancel(signal);
  });
  try {
    const value = (await startRun(fn as AnyFunction, options, (task) => (root = task))) as Unwrap<R>;
    if (typeof value === "number") process?.setExitCode(value);
  } catch (error) {
    // Ended by the signal: the exit code says so, there is nothing to add.
    if (signalled === null || !root!.cancelled()) throw error;
  } finally {
    stop?.();
    if (signalled !== null) process?.setExitCode(EXIT_CODES[signalled]);
  }
}
