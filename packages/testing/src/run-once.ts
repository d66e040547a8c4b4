// One run of a program in a simulation, with everything that came of it.

import {
  call,
  CancelledError,
  cancelScope,
  type Coroutine,
  run,
  type Report,
  type RunOptions,
  type Scope,
} from "corio";
import { type HostNetwork, loopOf, type LoopState } from "corio/lowlevel";
import { checkLoop, checkNetwork, checkTasks } from "./check-leaks.ts";
import { isRunNetwork } from "./run-network.ts";
import { Simulation, type SimulationSettings } from "./simulation.ts";

/** What is simulated: a function of either dialect, which is given the scope of its run. It is called for each run. */
export type Program<R = unknown> = (scope: Scope) => R;

export interface OnceOptions extends Omit<RunOptions, "host"> {
  /** Whether tasks may be left when the program's body has ended. */
  leaks?: boolean | undefined;
  network?: HostNetwork | undefined;
}

/** What came of a run. */
export interface Outcome {
  readonly ok: boolean;
  readonly value: unknown;
  readonly error: unknown;
  readonly simulation: Simulation;
  /** The last events of the simulated network, as text; empty where there is none. */
  readonly networkEvents: string;
}

export async function runOnce(
  program: Program,
  settings: SimulationSettings,
  { leaks = false, network, ...options }: OnceOptions,
): Promise<Outcome> {
  const simulation = new Simulation({ ...settings, network });
  const simulated = isRunNetwork(network) ? network : null;
  const reports: Report[] = [];
  let loop: LoopState | null = null;
  /** What was thrown on the network, where no program could take it. */
  let broken: { readonly error: unknown } | null = null;
  const body = function* (scope: Scope): Generator<never, unknown, unknown> {
    simulation.root = scope;
    loop = loopOf(scope);
    // In a scope of its own: what that owns, such as a server, ends with the program. Only what is left then is a leak.
    const inner = cancelScope(function* (own: Scope): Coroutine<unknown> {
      try {
        return yield* call(program, scope);
      } catch (error) {
        // It has cancelled what it takes for its run: so that is what ends.
        if (own.cancelCalled && error instanceof CancelledError && error.scope === own)
          scope.cancel(own.reason);
        throw error;
      }
    });
    const value = yield* inner as unknown as Generator<never, unknown, unknown>;
    // What comes now is the end of the run, not the program.
    if (!leaks) checkTasks(scope);
    return value;
  };
  Object.defineProperty(body, "name", { value: program.name });
  simulated?.begin({
    host: simulation.host,
    seed: settings.seed,
    fail: (error) => {
      broken ??= { error };
      simulation.root?.cancel("the simulated network has failed");
    },
  });
  let value: unknown;
  let failure: { readonly error: unknown } | null = null;
  try {
    try {
      value = await run(body as never, {
        onReport: (report) => void reports.push(report),
        ...options,
        host: simulation.host,
      });
    } finally {
      // What fails at the very end is told of a turn later.
      await new Promise<void>((resolve) => simulation.host.queueTurn(resolve));
    }
    if (reports.length > 0) {
      throw new AggregateError(
        reports.map((report) => report.error),
        `The program left failures that nobody received: ${reports.map((report) => report.message).join("; ")}`,
      );
    }
    if (!leaks && loop !== null) checkLoop(loop);
  } catch (error) {
    failure = { error };
  }
  const open = simulated?.end() ?? [];
  failure = broken ?? failure ?? (leaks ? null : checkNetwork(open));
  return {
    ok: failure === null,
    value: failure === null ? value : undefined,
    error: failure === null ? null : failure.error,
    simulation,
    networkEvents: simulated?.describe() ?? "",
  };
}
