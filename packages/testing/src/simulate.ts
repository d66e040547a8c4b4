// simulate: a run in virtual time that must leave nothing behind.

import { run, type Report, type RunOptions, type Scope, type Unwrap } from "corio";
import { createVirtualHost, realHost, type VirtualHost } from "corio/lowlevel";

export interface SimulateOptions extends Omit<RunOptions, "host"> {
  /** The clock's first reading, in milliseconds. */
  start?: number;
}

/**
 * Runs a program in virtual time: when nothing is left to do, the clock jumps to the next timer, so that hours pass in
 * milliseconds and in the same order every time. Failures that nobody received end the simulation with an error, unless
 * `onReport` takes them.
 */
export async function simulate<R>(
  program: (scope: Scope) => R,
  options: SimulateOptions = {},
): Promise<Unwrap<R>> {
  const host: VirtualHost = createVirtualHost(realHost, options.start ?? 0);
  const reports: Report[] = [];
  const { start: _start, ...runOptions } = options;
  const value = await run(program, { onReport: (report) => void reports.push(report), ...runOptions, host });
  if (reports.length > 0) {
    throw new AggregateError(
      reports.map((report) => report.error),
      `The program left failures that nobody received: ${reports.map((report) => report.message).join("; ")}`,
    );
  }
  return value;
}
