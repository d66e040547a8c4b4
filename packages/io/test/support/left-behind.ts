// After each test nothing is left: no child, no process that a child has started, no descriptor, no listener.
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { constants } from "node:os";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { temporaryPath } from "./temporary-path.ts";

/** Every process that a test starts has this variable in its environment. */
const mark = "CORIO_TEST_MARK";

interface Running {
  readonly pid: number;
  readonly parent: number;
  /** "R", "S", "Z" ... */
  readonly state: string;
  readonly group: number;
  readonly session: number;
}

/** What the system knows of a process; undefined when it has gone. */
export function statOf(pid: number): Running | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  const [state = "", parent, group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid, parent: Number(parent), state, group: Number(group), session: Number(session) };
}

function allProcesses(): Running[] {
  return readdirSync("/proc").flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    return stat === undefined ? [] : [stat];
  });
}

/**
 * Whether a process runs that the running test has started, or one of those has. One that has ended does not, though its parent has not asked
 * for its end; nor does a stranger who was given the number.
 */
export function runs(pid: number): boolean {
  const stat = statOf(pid);
  if (stat === undefined || stat.state === "Z" || stat.state === "X") return false;
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").includes(`${mark}=${process.env[mark]}\0`);
  } catch {
    return false;
  }
}

/** Our own children, those that have ended and were not reaped among them. */
export function children(): number[] {
  return allProcesses().flatMap(({ pid, parent }) => (parent === process.pid ? [pid] : []));
}

/** The processes that the running test has started, or one of those has, and that run. */
export function descendants(): number[] {
  return allProcesses().flatMap(({ pid }) => (pid !== process.pid && runs(pid) ? [pid] : []));
}

function descriptors(): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch {
      return [];
    }
  });
}

function listeners(): string[] {
  const events = ["exit", ...Object.keys(constants.signals)];
  return events.map((event) => `${event} ${process.listenerCount(event)}`);
}

/** Waits for what the system does by itself. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn++) {
    if (turn > 1000) throw new Error(`It did not come about: ${String(holds)}`);
    await setImmediate();
  }
}

let tests = 0;

/** Looks after each test of the file whether anything was left behind. */
export function leavesNothing(): void {
  // Programs are started here, each a whole node: on a busy machine that takes its time.
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
  // Its folder lives as long as the process.
  temporaryPath("first");
  let before: { children: number[]; descriptors: Set<string>; listeners: string[] };
  beforeEach(() => {
    if (!existsSync("/proc/self/fd"))
      throw new Error("These tests count processes and descriptors: they need /proc");
    process.env[mark] = `${process.pid}-${++tests}`;
    before = { children: children(), descriptors: new Set(descriptors()), listeners: listeners() };
  });
  afterEach(async () => {
    const left = (): object => ({
      children: children().filter((pid) => !before.children.includes(pid)),
      descendants: descendants(),
      descriptors: descriptors().filter((entry) => !before.descriptors.has(entry)),
      listeners: listeners().filter((entry) => !before.listeners.includes(entry)),
    });
    const nothing = { children: [], descendants: [], descriptors: [], listeners: [] };
    const clean = (): boolean => JSON.stringify(left()) === JSON.stringify(nothing);
    await until(clean).catch(() => {});
    expect(left()).toEqual(nothing);
    delete process.env[mark];
  });
}
