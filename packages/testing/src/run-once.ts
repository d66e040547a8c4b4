// One run of a program in a simulation, with everything that came of it.

import { call, run, type Report, type RunOptions, type Scope } from "corio";
import { loopOf, type LoopState } from "corio/lowlevel";
import { checkLoop, checkTasks } from "./check-leaks.ts";
import { Simulation, type SimulationSettings } from "./simulation.ts";

/** What is simulated: a function of either dialect, which is given the scope of its run. It is called for each run. */
export type Program<R = unknown> = (scope: Scope) => R;

export interface OnceOptions extends Omit<RunOptions, "host"> {
  /** Whether tasks may be left when the program's body has ended. */
  leaks?: boolean | undefined;
}

/** What came of a run. */
export interface Outcome {
  readonly ok: boolean;
  readonly value: unknown;
  readonly error: unknown;
  readonly simulation: Simulation;
}

export async function runOnce(
  program: Program,
  settings: SimulationSettings,
  { leaks = false, ...options }: OnceOptions,
): Promise<Outcome> {
  const simulation = new Simulation(settings);
  const reports: Report[] = [];
  let loop: LoopState | null = null;
  const body = function* (scope: Scope): Generator<never, unknown, unknown> {
    simulation.root = scope;
    loop = loopOf(scope);
    const value = yield* call(program, scope) as unknown as Generator<never, unknown, unknown>;
    // What comes now is the end of the run, not the program.
    if (!leaks) checkTasks(scope);
    return value;
  };
  Object.defineProperty(body, "name", { value: program.name });
  try {
    const value = await run(body as never, {
      onReport: (report) => void reports.push(report),
      ...options,
      host: simulation.host,
    });
    if (reports.length > 0) {
      throw new AggregateError(
        reports.map((report) => report.error),
        `The program left failures that nobody received: ${reports.map((report) => report.message).join("; ")}`,
      );
    }
    if (!leaks && loop !== null) checkLoop(loop);
    return { ok: true, value, error: null, simulation };
  } catch (error) {
    return { ok: false, value: undefined, error, simulation };
  }
}
