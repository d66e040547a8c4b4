// checkStream: the list of checks for a kind of stream.

import { call, cancelScope, getRunningLoop, run } from "corio";
import { formatTaskTree, rootOf } from "corio/lowlevel";
import { abortChecks } from "./abort-checks.ts";
import { dataChecks } from "./data-checks.ts";
import { endChecks } from "./end-checks.ts";
import { flowChecks } from "./flow-checks.ts";
import { lineChecks } from "./line-checks.ts";
import { type CheckDefinition, type Dialect, type Steps, Tools, wrong } from "./tools.ts";
import type { StreamCapabilities, StreamCheck, StreamCheckOptions, StreamPair } from "./types.ts";
import { waitChecks } from "./wait-checks.ts";

const definitions: readonly CheckDefinition[] = [
  ...dataChecks,
  ...lineChecks,
  ...endChecks,
  ...waitChecks,
  ...flowChecks,
  ...abortChecks,
];

const everything: Required<StreamCapabilities> = {
  bidirectional: true,
  halfClose: true,
  lines: true,
  chunks: true,
  readInto: true,
  writeLines: true,
  tryWrite: true,
  drain: true,
  writeLimits: true,
  abort: "reset",
  brokenPipe: true,
  backpressure: 32 * 1024 * 1024,
  wholeWrites: true,
  limit: null,
};

/** Milliseconds for a check, unless said otherwise: a guard against hangs, which a busy machine must not meet. */
export const checkTimeout = 30_000;

const DIALECTS: readonly Dialect[] = ["coroutine", "async"];

/**
 * The conformance suite for streams: what every stream must do, as a list of checks for any test runner (`testStream` of
 * `@corio/testing/vitest` declares them as tests). Each check makes a pair of ends by `makePair`, a function of either dialect, which is
 * called in the run of the check: what it opens belongs to that run. Each is run in both dialects; where bytes go both ways, also with the
 * ends exchanged.
 *
 * @example
 * for (const { name, run } of checkStream(makePair, { capabilities: { halfClose: false } })) test(name, run);
 */
export function checkStream(
  makePair: () => unknown,
  options: StreamCheckOptions = {},
): readonly StreamCheck[] {
  const capabilities = { ...everything, ...options.capabilities };
  const fitting = definitions.filter(({ fits }) => fits === undefined || fits(capabilities));
  return fitting.flatMap((definition) => {
    const turns = capabilities.bidirectional && definition.bothWays !== true ? [false, true] : [false];
    return turns.map((turned) => ({
      name: turned ? `${definition.name} (the other way)` : definition.name,
      run: () => runCheck(definition, makePair, turned, capabilities, options),
    }));
  });
}

async function runCheck(
  { name, steps }: CheckDefinition,
  makePair: () => unknown,
  turned: boolean,
  capabilities: Required<StreamCapabilities>,
  options: StreamCheckOptions,
): Promise<void> {
  const { errors = {}, run: runIt = run, timeout: ms = checkTimeout } = options;
  for (const dialect of DIALECTS) {
    const tools = new Tools(dialect, capabilities, errors);
    const body = function* (): Steps<void> {
      const { near, far } = (yield* tools.wait(call(makePair))) as StreamPair;
      yield* steps(tools, turned ? { near: far, far: near } : { near, far });
    };
    const checked = tools.fn(() => within(tools, ms, body));
    Object.defineProperty(checked, "name", { value: `${name} (${dialect})` });
    await runIt(checked);
  }
}

/** Runs the steps; when they take too long, what all tasks wait for is the failure. */
function* within(t: Tools, ms: number, body: () => Steps<void>): Steps<void> {
  let tasks = "";
  yield* t.wait(
    cancelScope((scope) => {
      const timer = getRunningLoop().callLater(ms, () => {
        tasks = formatTaskTree(rootOf(scope) as never);
        scope.cancel("the check takes too long");
      });
      scope.defer(() => timer.cancel());
      return t.fn(body)();
    }),
  );
  if (tasks !== "") wrong(`The check was not over within ${ms} ms:\n${tasks}`);
}
