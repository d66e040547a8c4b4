// A dump as text, for people.

import { host } from "#host";
import { formatFrame } from "../kernel/stack.ts";
import { dumpTasks } from "./dump.ts";
import type { RunDump, ScopeDump, TaskDump, TasksDump, WaitDump } from "./dump-types.ts";

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Waits whose description names the holder, or whose holders stand below as children. */
const TOLD: ReadonlySet<string> = new Set(["lock", "task", "children"]);

function waitText({ description, object, holders, state, over, waited, kind }: WaitDump): string {
  const details: string[] = [];
  if (object !== null && kind !== "task") details.push(object);
  if (holders.length > 0 && !TOLD.has(kind)) details.push(`held by ${namesOf(holders)}`);
  // A task's name, a sleep's length and the like stand in the description.
  if (kind === "queue" || kind === "channel" || kind === "semaphore" || kind === "event") {
    details.push(...Object.entries(state).map(([key, value]) => `${key} ${String(value ?? "unbounded")}`));
  }
  if (waited !== null) details.push(`for ${duration(waited)}`);
  if (over) details.push("over");
  return details.length === 0 ? description : `${description} [${details.join(", ")}]`;
}

/** A limiter may have very many. */
const MOST_NAMES = 5;

function namesOf(holders: WaitDump["holders"]): string {
  const names = holders.slice(0, MOST_NAMES).map(({ name }) => name);
  const others = holders.length - names.length;
  return others === 0 ? names.join(", ") : `${names.join(", ")} and ${others} others`;
}

function stateText(task: TaskDump): string {
  const marks: string[] = [];
  if (task.phase !== "body") marks.push(task.phase);
  if (task.cancelled !== null) {
    const { reason, told } = task.cancelled;
    marks.push(`cancelled${reason === null ? "" : ` (${reason})`}${told ? "" : ", not told yet"}`);
  }
  if (task.age !== null) marks.push(`${duration(task.age)} old`);
  return [task.state, ...marks].join(", ");
}

/** The tasks that a task owns, directly or in its blocks. */
function children(task: ScopeDump): TaskDump[] {
  const found: TaskDump[] = [];
  const open = [task];
  for (let scope = open.pop(); scope !== undefined; scope = open.pop()) {
    for (const child of scope.tasks) found.push(child);
    for (const inner of scope.scopes.toReversed()) open.push(inner);
  }
  return found;
}

/** A task and all below it. Tasks may stand deeper than the stack. */
function treeLines(root: TaskDump, lines: string[]): void {
  const open: (readonly [TaskDump, number])[] = [[root, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [task, depth] = next;
    taskLines(task, depth, lines);
    for (const child of children(task).toReversed()) open.push([child, depth + 1]);
  }
}

function taskLines(task: TaskDump, depth: number, lines: string[]): void {
  const indent = "  ".repeat(depth);
  lines.push(`${indent}- ${task.name} (#${task.id}): ${stateText(task)}`);
  for (const wait of task.waits) {
    const inside = wait.scopes.slice(0, -1);
    lines.push(
      `${indent}    waits for ${waitText(wait)}${inside.length === 0 ? "" : `, in a ${inside.join(" in a ")}`}`,
    );
    for (const frame of wait.frames) lines.push(`${indent}      at ${formatFrame(frame)}`);
  }
  if (task.site !== null) lines.push(`${indent}    made at ${task.site}`);
}

function runLines({ task, time, loop, debug }: RunDump, lines: string[]): void {
  const marks = `${loop.ready} ready, ${loop.timers} timers${debug ? ", debug mode" : ""}`;
  lines.push(`run ${task.name} at ${time.toFixed(1)} ms: ${marks}`);
  treeLines(task, lines);
}

/** A dump as text: each task with its state, what it waits for, where, and the tasks that it owns below it. */
export function formatTasks(dump: TasksDump = dumpTasks()): string {
  const lines: string[] = [];
  for (const run of dump.runs) runLines(run, lines);
  for (const { text, until } of dump.deadlocks) {
    lines.push(`deadlock: ${text}${until === null ? "" : ` (until ${until.toFixed(1)} ms)`}`);
  }
  return lines.length === 0 ? "no run is active" : lines.join("\n");
}

/** Prints all tasks of the process to the console: see `dumpTasks`. */
export function printTasks(dump: TasksDump = dumpTasks()): void {
  host.print?.(formatTasks(dump));
}
