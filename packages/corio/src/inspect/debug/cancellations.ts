// Debug mode: cancellations that do not get through. A task that no cancellation reaches, one that goes on as if nothing had been
// said, and one that takes its time.

import { CancelledError } from "../../errors.ts";
import { encloses } from "../../kernel/delivery.ts";
import { CLEANUP, CLOSED, TASK } from "../../kernel/scope-flags.ts";
import type { ScopeNode } from "../../kernel/scope.ts";
import { isUserFrame, parseStack, type StackHolder } from "../../kernel/stack.ts";
import { taskOf, type TaskNode } from "../../kernel/task.ts";
import { allTasksBelow, waitsOf } from "../../kernel/task-waits.ts";
import type { TimerList, TimerNode } from "../../kernel/timer-queue.ts";
import { reasonText } from "../reason.ts";
import { madeRecord } from "../records.ts";
import type { DebugRun } from "./debug-runs.ts";
import { warnOfTask, whereabouts } from "./warning.ts";

/** The wait at which a task was told. */
interface Told {
  readonly root: ScopeNode;
  stack: StackHolder;
  reported: boolean;
}

const told = new WeakMap<TaskNode, Told[]>();

/** The tasks with code inside the scope. */
function tasksIn(scope: ScopeNode): TaskNode[] {
  const around = (scope.flags & TASK) === 0 ? taskOf(scope) : null;
  return around === null ? allTasksBelow(scope) : [around, ...allTasksBelow(scope)];
}

function because(scope: ScopeNode): string {
  const reason = reasonText(scope);
  return reason === null ? "" : ` (${reason})`;
}

/** The scope was cancelled, and its waits told. */
export function watchCancellation(run: DebugRun, scope: ScopeNode): void {
  for (const task of tasksIn(scope)) {
    for (const { leaf, scope: at } of waitsOf(task)) {
      if (leaf.over === true && (at.flags & CLEANUP) !== 0 && encloses(scope, at))
        noteTold(leaf, task, scope);
    }
  }
  startSlowTimer(run, scope);
  // What was told goes on in this turn, and comes to its next wait.
  const { host } = scope.loop;
  host.queueTurn(() => host.queueTurn(() => findUninterruptible(scope, tasksIn(scope), looks)));
}

/** A task was told at this wait. */
export function noteTold(awaitable: object, task: TaskNode, root: ScopeNode): void {
  const stack = madeRecord(awaitable)?.stack;
  if (stack === undefined) return;
  const notes = (told.get(task) ?? []).filter((note) => (note.root.flags & CLOSED) === 0);
  const known = notes.find((note) => note.root === root);
  // Told again: its grace is over.
  if (known !== undefined) known.stack = stack;
  else told.set(task, [...notes, { root, stack, reported: false }]);
}

/** The scope whose cancellation an await in this one threw. */
export function cancelledAround(scope: ScopeNode): ScopeNode | null {
  const { pending } = scope;
  return pending instanceof CancelledError ? (pending.scope as ScopeNode) : null;
}

/** A task makes an Awaitable: where it was told at the same place, it has swallowed the cancellation and gone round. */
export function checkSwallowed(task: TaskNode, scope: ScopeNode, stack: StackHolder): void {
  const notes = told.get(task);
  if (notes === undefined) return;
  for (const note of notes) {
    if (note.reported || (note.root.flags & CLOSED) !== 0 || !encloses(note.root, scope)) continue;
    if (!isSamePlace(note.stack, stack)) continue;
    note.reported = true;
    warnOfTask(
      task,
      "CANCELLATION_SWALLOWED",
      `task ${task.name} has swallowed its cancellation${because(note.root)}: it waits again where it was told. Let CancelledError pass`,
    );
  }
}

/** Whether the second stack is of the same call of the same loop: frame by frame, down to where an async function was resumed. */
function isSamePlace(before: StackHolder, now: StackHolder): boolean {
  const first = String(before.stack).split("\n").slice(1);
  let again = String(now.stack).split("\n").slice(1);
  const resumed = again.findIndex((line) => /^\s*at async [^(]/.test(line));
  if (resumed >= 0) again = again.slice(0, resumed);
  // Below the program's last frame stands the loop.
  while (again.length > 0 && !parseStack(again.at(-1)).some(isUserFrame)) again.pop();
  return again.length > 0 && again.every((line, i) => line === first[i]);
}

/** An async function that is made to wait a turn between two waits looks deaf, too: only who looks so in so many turns in a row is. */
const looks = 5;

function findUninterruptible(scope: ScopeNode, tasks: Iterable<TaskNode>, left: number): void {
  if ((scope.flags & CLOSED) !== 0) return;
  const deaf = [...tasks].filter((task) => isDeaf(task, scope));
  if (deaf.length === 0) return;
  if (left > 1) {
    scope.loop.host.queueTurn(() => findUninterruptible(scope, deaf, left - 1));
    return;
  }
  for (const task of deaf) {
    warnOfTask(
      task,
      "UNINTERRUPTIBLE",
      `task ${task.name} cannot be interrupted: it was cancelled${because(scope)}, but waits for a promise that is not Corio's. Wrap it in fromPromise`,
    );
  }
}

function isDeaf(task: TaskNode, scope: ScopeNode): boolean {
  return waitsOf(task).some(
    ({ leaf, scope: at }) =>
      leaf.foreign === true && leaf.over !== true && at.pending !== null && encloses(scope, at),
  );
}

/** Its timer goes when the scope closes: it would hold the process. */
function startSlowTimer(run: DebugRun, scope: ScopeNode): void {
  const timer = new SlowCancellation(run, scope);
  const extra = scope.extras();
  const { unlink } = extra;
  extra.unlink = () => {
    unlink?.();
    timer.stop();
  };
}

class SlowCancellation implements TimerNode {
  when = 0;
  order = 0;
  before: TimerNode | null = null;
  after: TimerNode | null = null;
  list: TimerList | null = null;
  readonly #scope: ScopeNode;
  readonly #delay: number;

  constructor(run: DebugRun, scope: ScopeNode) {
    this.#scope = scope;
    this.#delay = run.slowCancellation;
    scope.loop.addTimer(this, this.#delay);
  }

  fire(): void {
    const scope = this.#scope;
    for (const task of tasksIn(scope)) {
      const waits = waitsOf(task);
      const inside =
        waits.length === 0 || waits.some(({ leaf, scope: at }) => encloses(scope, at) && !isJoin(leaf));
      if (!inside) continue;
      warnOfTask(
        task,
        "SLOW_CANCELLATION",
        `task ${task.name} has not ended ${this.#delay} ms after its cancellation${because(scope)}: ${whereabouts(task)}`,
      );
    }
  }

  stop(): void {
    if (this.list !== null) this.#scope.loop.removeTimer(this);
  }
}

/** Whoever waits for children is not what takes so long. */
function isJoin(leaf: { waitsFor?(): { kind: string } }): boolean {
  return leaf.waitsFor?.().kind === "children";
}
