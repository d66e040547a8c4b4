// Small programs that the tests start.
import type { Awaitable } from "corio";
import { createSubprocessExec, type Process, type ProcessOptions } from "../../src/index.ts";
import { temporaryPath } from "./temporary-path.ts";

/** A script of the shell, without a process group of its own. */
export const sh = (script: string, options: ProcessOptions = {}): Awaitable<Process> =>
  createSubprocessExec("/bin/sh", ["-c", script], options);

/** A program that does nothing for an hour. */
export const blocked = (options: ProcessOptions = {}): Awaitable<Process> =>
  createSubprocessExec("sleep", ["3600"], options);

let cache: string | null = null;

/** A program of test/fixtures/programs, run by node from its source. What node has compiled is kept for the next one. */
export const fixture = (
  name: string,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Awaitable<Process> =>
  createSubprocessExec(process.execPath, ["--conditions=@corio/source", fixturePath(name), ...args], {
    env: { ...process.env, NODE_COMPILE_CACHE: (cache ??= temporaryPath("compiled")) },
    ...options,
  });

export function fixturePath(name: string): string {
  return new URL(`../fixtures/programs/${name}`, import.meta.url).pathname;
}
