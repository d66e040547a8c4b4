// Exhaustive exploration of a primitive: a few tasks, each held at a gate before every step, and a controller that tries every
// order of letting one go and cancelling one, with the woken tasks run in between or not.

import { expect, test } from "vitest";
import { currentScope, run, taskGroup, type Coroutine, type Scope, type Task } from "corio";
import { coroutine, suspend } from "corio/lowlevel";
import { dialects, type Dialect } from "../support/dialects.ts";
import { nodeHere } from "../support/kernel.ts";

export type Steps = Generator<unknown, void, unknown>;

/** What a scenario sees at its end. */
export interface Ending {
  /** Which tasks wait for something other than their gate. */
  readonly stuck: number[];
  /** Which tasks were cancelled. */
  readonly cancelled: number[];
}

export interface Scenario {
  /** The bodies; each calls `yield* gate()` before what is to be ordered. */
  readonly tasks: readonly ((gate: () => Steps) => Steps)[];
  /** Called when nothing can go on any more, and then once more when the stuck tasks were cancelled, with none stuck. */
  check(ending: Ending): void;
}

/**
 * A test in each dialect that runs a scenario in every schedule with up to so many tasks cancelled (one in the async dialect,
 * which costs more and differs less). A failure names its schedule.
 */
export function inEveryOrder(sentence: string, cancels: number, make: (dialect: Dialect) => Scenario): void {
  for (const dialect of dialects) {
    test(`${sentence}, in every order (${dialect.name})`, { timeout: 60_000 }, async () => {
      const schedules = await run(function* () {
        return yield* exploreAll(dialect, make, dialect.name === "async" ? 1 : cancels);
      });
      // A scenario whose tasks pass no gate would explore nothing.
      expect(schedules).toBeGreaterThan(200);
    });
  }
}

function* exploreAll(
  dialect: Dialect,
  make: (dialect: Dialect) => Scenario,
  cancels: number,
): Coroutine<number> {
  const choices: number[] = [];
  for (let schedules = 1; ; schedules++) {
    const widths: number[] = [];
    const words: string[] = [];
    const choose = (of: string[]): string => {
      const at = widths.length;
      widths.push(of.length);
      if (at === choices.length) choices.push(0);
      const word = of[choices[at]!]!;
      words.push(word);
      return word;
    };
    try {
      yield* coroutine(runOne, dialect, make(dialect), choose, cancels);
    } catch (error) {
      throw new Error(`In the schedule: ${words.join(", ")}`, { cause: error });
    }
    while (choices.length > 0 && choices[choices.length - 1]! + 1 >= widths[choices.length - 1]!)
      choices.pop();
    if (choices.length === 0) return schedules;
    choices[choices.length - 1]!++;
  }
}

/** Waits until nothing runs any more: a whole turn of the host in which the loop took no step but this one's own. */
function* settle(): Coroutine<void> {
  const { counters } = nodeHere().loop;
  let before: number;
  do {
    before = counters.steps;
    yield* suspend<void>((resolve) => void setImmediate(resolve));
  } while (counters.steps > before + 1);
}

function* runOne(
  { fn, wait }: Dialect,
  scenario: Scenario,
  choose: (of: string[]) => string,
  cancels: number,
): Coroutine<void> {
  yield* taskGroup(function* (group) {
    const gates: ((() => void) | null)[] = [];
    const tasks: Task<unknown>[] = [];
    const scopes: Scope[] = [];
    const cancelled: number[] = [];
    for (const [i, body] of scenario.tasks.entries()) {
      gates.push(null);
      const gate = function* (): Steps {
        yield* wait(
          suspend<void>((resolve) => {
            gates[i] = resolve;
            return () => void (gates[i] = null);
          }),
        );
      };
      tasks.push(
        group.spawn(
          fn(function* () {
            scopes[i] = currentScope();
            yield* body(gate);
          }),
        ),
      );
    }
    yield* settle();
    let settled = true;
    for (;;) {
      const moves: string[] = [];
      for (const [i, task] of tasks.entries()) {
        if (gates[i] !== null) moves.push(`go ${i}`);
        if (cancelled.length < cancels && !task.done() && !scopes[i]!.cancelCalled) moves.push(`cancel ${i}`);
      }
      // What was woken runs now; without this move the next one happens in the same step.
      if (!settled) moves.push("run");
      else if (gates.every((gate) => gate === null)) moves.push("end");
      const move = choose(moves);
      if (move === "end") break;
      settled = move === "run";
      if (settled) {
        yield* settle();
        continue;
      }
      const i = Number(move.split(" ")[1]);
      if (move.startsWith("go")) {
        const go = gates[i]!;
        gates[i] = null;
        go();
      } else {
        cancelled.push(i);
        tasks[i]!.cancel();
      }
    }
    scenario.check({ stuck: tasks.flatMap((task, i) => (task.done() ? [] : [i])), cancelled });
    for (const task of tasks) task.cancel();
    yield* settle();
    scenario.check({ stuck: tasks.flatMap((task, i) => (task.done() ? [] : [i])), cancelled });
  });
}
