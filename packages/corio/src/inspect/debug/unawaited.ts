// Debug mode: Awaitables that were made and never awaited. They are kept until they are.

import type { ScopeNode } from "../../kernel/scope.ts";
import type { TaskNode } from "../../kernel/task.ts";
import { madeSite, type MadeRecord } from "../records.ts";
import type { DebugRun } from "./debug-runs.ts";
import { warn } from "./warning.ts";

/** What all Awaitables of the kernel can tell. */
export interface Lazy {
  readonly begun: boolean;
  describe(): string;
}

interface Entry {
  readonly awaitable: Lazy;
  /** Who made it. */
  readonly task: TaskNode | null;
  readonly record: MadeRecord;
  /** The loop's count of steps then. */
  readonly step: number;
}

const FIRST_SWEEP = 256;

/** Those that one run has made. */
class Unawaited {
  entries: Entry[] = [];
  /** Grows with what is left, so that a sweep costs each of them little. */
  sweepAt: number = FIRST_SWEEP;

  keep(wanted: (entry: Entry) => boolean): void {
    this.entries = this.entries.filter((entry) => !entry.awaitable.begun && wanted(entry));
    this.sweepAt = Math.max(FIRST_SWEEP, 2 * this.entries.length);
  }
}

/** By the scope of the run: its settings may be changed. */
const unawaited = new WeakMap<ScopeNode, Unawaited>();

export function noteAwaitable(
  run: DebugRun,
  awaitable: Lazy,
  task: TaskNode | null,
  record: MadeRecord,
): void {
  let noted = unawaited.get(run.scope);
  if (noted === undefined) unawaited.set(run.scope, (noted = new Unawaited()));
  noted.entries.push({ awaitable, task, record, step: run.scope.loop.counters.steps });
  if (noted.entries.length >= noted.sweepAt) noted.keep(() => true);
}

/** The task's await was refused, being cancelled: what was made for it, in the same step, is excused. */
export function excuse(run: DebugRun, task: TaskNode | null, awaitable: object): void {
  const noted = unawaited.get(run.scope);
  if (noted === undefined) return;
  const own = noted.entries.find((entry) => entry.awaitable === awaitable);
  const now = run.scope.loop.counters.steps;
  noted.keep((entry) => {
    if (entry.task === own?.task && entry.step === own.step) return false;
    return entry.task !== task || entry.step !== now;
  });
}

/** Reports what is left, once for each place. */
export function reportUnawaited(run: DebugRun): void {
  const noted = unawaited.get(run.scope);
  if (noted === undefined) return;
  unawaited.delete(run.scope);
  noted.keep(() => true);
  const places = new Map<string, Entry[]>();
  for (const entry of noted.entries) {
    const place = `${entry.awaitable.describe()} ${madeSite(entry.awaitable) ?? ""}`;
    const others = places.get(place);
    if (others === undefined) places.set(place, [entry]);
    else others.push(entry);
  }
  for (const entries of places.values()) {
    const { awaitable, task, record } = entries[0]!;
    const by = task === null ? "" : `, made by task ${task.name},`;
    const times = entries.length === 1 ? "" : ` (${entries.length} times)`;
    warn(run.scope, "NEVER_AWAITED", `${awaitable.describe()}${by} was never awaited${times}`, record.stack);
  }
}
