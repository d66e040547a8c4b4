// A model: a few tasks that contend for something, to be tried in every order.

import { checkpoint, type Coroutine, currentScope, type Task, taskGroup, TaskGroupError } from "corio";
import { loopOf } from "corio/lowlevel";
import { assertFunction } from "../assert-function.ts";
import { waitAllTasksStuck } from "../clock.ts";
import { simulationOf } from "../simulation.ts";

/** What a model sees at its end. Tasks are named by their place in the list. */
export interface Ending {
  /** Which tasks have not ended: they wait for something that will not come. */
  readonly stuck: readonly number[];
  /** Which tasks the schedule has cancelled. */
  readonly cancelled: readonly number[];
}

/** A small program of a few tasks, for every order in which they may run. */
export interface Model {
  /** The tasks, of either dialect. Each may be run in between at its start and at every wait (`checkpoint()` is one). */
  readonly tasks: readonly (() => unknown)[];
  /**
   * Called when nothing can go on any more, with those that are stuck; then, after these were cancelled, once more with none.
   * Throws when a promise was broken.
   */
  readonly check: (ending: Ending) => void;
}

/** A program out of a model, for `exploreAll` and `explore`. `make` is called for each run. */
export function model(make: () => Model): () => Coroutine<void> {
  assertFunction(make, "make a model");
  return function* () {
    try {
      yield* taskGroup({ cancellable: true }, function* (group) {
        yield* runModel(group, make);
      });
    } catch (error) {
      // What failed is a task or the check: that there is a group is nobody's business.
      throw error instanceof TaskGroupError ? (error.only() ?? error) : error;
    }
  };
}

function* runModel(
  group: { spawn(options: { name: string }, fn: () => unknown): Task<unknown> },
  make: () => Model,
): Coroutine<void> {
  const simulation = simulationOf(loopOf(currentScope()).host);
  if (simulation !== null) simulation.decidesUntilStuck = true;
  const { tasks, check } = (make() as Partial<Model> | undefined) ?? {};
  if (tasks === undefined || typeof check !== "function")
    throw new TypeError("Cannot run the model: its function gives no { tasks, check }");
  const running = tasks.map((body, i) => group.spawn({ name: `task ${i}` }, body));
  const which = (fits: (task: Task<unknown>) => boolean): number[] =>
    running.flatMap((task, i) => (fits(task) ? [i] : []));
  yield* waitAllTasksStuck();
  const cancelled = which((task) => simulation?.cancelled.has(task) === true);
  check({ stuck: which((task) => !task.done()), cancelled });
  for (const task of running) task.cancel();
  yield* waitAllTasksStuck();
  check({ stuck: which((task) => !task.done()), cancelled });
  yield* checkpoint();
}
