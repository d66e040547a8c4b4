// Tasks that wait for one another in a ring. Only waits count whose end is in known hands: a lock's owner, a joined task, children.

import { graceOf } from "../kernel/grace.ts";
import { IN_GRACE, SHIELD } from "../kernel/scope-flags.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import { TaskNode } from "../kernel/task.ts";
import { allTasksBelow, waitsOf, type ParkedWait } from "../kernel/task-waits.ts";

/** Tasks none of which can go on: each waits for the next, the last one for the first. */
export interface Deadlock {
  readonly tasks: readonly TaskNode[];
  /** "left waits for a lock held by right, right waits for a lock held by left" */
  readonly text: string;
  /** Loop time of the first deadline that will break the ring; null when none will. */
  readonly until: number | null;
  /** Tasks outside the ring that wait for it. */
  readonly behind: readonly TaskNode[];
}

/** A wait of a task, and for whom. */
interface Edge {
  readonly wait: ParkedWait;
  readonly holder: TaskNode;
}

/** The rings among the tasks below the roots. `running` is a task whose code runs now, if there is one. */
export function findDeadlocks(roots: Iterable<ScopeNode>, running: TaskNode | null = null): Deadlock[] {
  const waits = new Map<TaskNode, readonly ParkedWait[]>();
  for (const root of roots) {
    for (const task of allTasksBelow(root)) {
      if (task === running) continue;
      const parked = waitsOf(task);
      if (parked.length > 0 && parked.every((wait) => heldBy(wait).length > 0)) waits.set(task, parked);
    }
  }
  dropThoseThatMayGoOn(waits);
  return rings(waits);
}

function heldBy(wait: ParkedWait): readonly object[] {
  if (wait.leaf.over === true) return [];
  return wait.leaf.waitsFor?.().holders ?? [];
}

/** Leaves the largest set of tasks each of whose waits is stuck within the set. */
function dropThoseThatMayGoOn(waits: Map<TaskNode, readonly ParkedWait[]>): void {
  // What has ended and still holds something will never give it back.
  const stuck = (holder: object): boolean =>
    holder instanceof TaskNode && (waits.has(holder) || holder.done());
  for (let dropped = true; dropped;) {
    dropped = false;
    // Children before their parents: then few rounds are enough.
    for (const [task, parked] of Array.from(waits).reverse()) {
      const all = parked.every((wait) => {
        const target = wait.leaf.waitsFor!();
        return target.any === true ? target.holders!.every(stuck) : target.holders!.some(stuck);
      });
      if (all) continue;
      waits.delete(task);
      dropped = true;
    }
  }
}

function edgeOf(task: TaskNode, waits: ReadonlyMap<TaskNode, readonly ParkedWait[]>): Edge {
  for (const wait of waits.get(task)!) {
    const holders = wait.leaf.waitsFor!().holders!;
    const holder = holders.find((other) => waits.has(other as TaskNode)) ?? holders.find(hasEnded);
    if (holder !== undefined) return { wait, holder: holder as TaskNode };
  }
  throw new TypeError("A stuck task waits for nobody");
}

function hasEnded(holder: object): boolean {
  return holder instanceof TaskNode && holder.done();
}

/** Follows one edge of each stuck task until a ring, or something that has ended, is found. */
function rings(waits: ReadonlyMap<TaskNode, readonly ParkedWait[]>): Deadlock[] {
  const found: { tasks: TaskNode[]; edges: Edge[]; behind: TaskNode[] }[] = [];
  /** Where each task's path ends. */
  const ends = new Map<TaskNode, (typeof found)[number]>();
  for (const first of waits.keys()) {
    const path = new Map<TaskNode, Edge>();
    let task = first;
    while (!ends.has(task) && !path.has(task) && waits.has(task)) {
      const edge = edgeOf(task, waits);
      path.set(task, edge);
      task = edge.holder;
    }
    const members = [...path.keys()];
    let end = ends.get(task);
    let before = members.length;
    if (end === undefined) {
      // A ring, or one task that waits for something that an ended one has kept.
      before = waits.has(task) ? members.indexOf(task) : members.length - 1;
      end = { tasks: members.slice(before), edges: [...path.values()].slice(before), behind: [] };
      found.push(end);
    }
    end.behind.push(...members.slice(0, before));
    for (const member of members) ends.set(member, end);
  }
  return found.map(({ tasks, edges, behind }) => ({
    tasks,
    text: tasks.map((task, i) => `${task.name} waits for ${edgeText(edges[i]!)}`).join(", "),
    until: firstDeadline(edges),
    behind,
  }));
}

/** Waits whose description has the holder's name in it. */
const NAMED: ReadonlySet<string> = new Set(["lock", "task"]);

function edgeText({ wait, holder }: Edge): string {
  const text = wait.leaf.describe();
  const named = NAMED.has(wait.leaf.waitsFor!().kind) ? text : `${text} (${holder.name})`;
  return holder.done() ? `${named}, which has ended` : named;
}

function firstDeadline(edges: readonly Edge[]): number | null {
  let first = Infinity;
  for (const { wait } of edges) {
    for (let s: ScopeNode | null = wait.scope; s !== null; s = s.parent) {
      const { deadlineTimer = null, graceTimer = null } = s.extra ?? {};
      for (const timer of [deadlineTimer, graceTimer])
        if (timer !== null && timer.list !== null) first = Math.min(first, timer.when);
      // Cancelled just now: the end of its grace has no timer yet.
      if ((s.flags & IN_GRACE) !== 0) first = Math.min(first, s.loop.time() + graceOf(s));
      if ((s.flags & SHIELD) !== 0) break;
    }
  }
  return first === Infinity ? null : first;
}
