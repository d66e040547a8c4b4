// What still goes on where nothing should.

import { currentScope, type Scope, type Task } from "corio";
import { besides, type LoopState, whereabouts } from "corio/lowlevel";
import { LeakError } from "./errors.ts";

function describe(task: Task<unknown>): string {
  const waits = whereabouts(task);
  return `task ${task.name}, ${waits.length === 0 ? "running" : `waiting for ${waits.join(", ")}`}`;
}

/**
 * Throws a LeakError when, besides the calling code and those who wait for it, anything of the run is still alive: a task, or a
 * call of an async function that nobody awaits. To be called where a test should have left nothing.
 */
export function checkLeaks(scope: Scope = currentScope()): void {
  const { tasks, calls } = besides(scope);
  const left = [...tasks.map(describe), ...calls.map((call) => `a call, waiting for ${call}`)];
  if (left.length === 0) return;
  throw new LeakError(
    `${left.length === 1 ? "Something is" : `${left.length} things are`} still running:\n${left.map((line) => `- ${line}`).join("\n")}`,
  );
}

/** At the end of a program's body: its tasks should have ended. */
export function checkTasks(root: Scope): void {
  const { tasks } = besides(root);
  if (tasks.length === 0) return;
  throw new LeakError(
    "The program has ended, but not what it started (end it, wait for it, or simulate with { leaks: true }):\n" +
      tasks.map((task) => `- ${describe(task)}`).join("\n"),
  );
}

/** After the run: the loop should be empty. */
export function checkLoop({ timers, ready }: LoopState): void {
  if (timers === 0 && ready === 0) return;
  throw new LeakError(`The run has ended, but its loop holds ${timers} timers and ${ready} ready callbacks`);
}

/** After the run: nothing should be open on its network. */
export function checkNetwork(open: readonly string[]): { readonly error: LeakError } | null {
  if (open.length === 0) return null;
  const list = open.map((line) => `- ${line}`).join("\n");
  return { error: new LeakError(`The run has ended, but on its network this is still open:\n${list}`) };
}
