// Signals to a child, or to the whole group that it leads, and whether anybody of the group is left.
import { readdirSync, readFileSync } from "node:fs";
import type { SignalName } from "../signals/signal-names.ts";

/** Sends a signal to every member of a group. False when there is none; the system's error when none may be signalled. */
export function signalGroup(leader: number, signal: SignalName | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** Whether a process of the group still runs. Members that have ended and that init has not looked at yet do not count. */
export function groupRuns(leader: number): boolean {
  try {
    if (!signalGroup(leader, 0)) return false;
  } catch {
    // Somebody is there, though not ours to signal.
    return true;
  }
  return process.platform !== "linux" || groupRunsOnLinux(leader);
}

function groupRunsOnLinux(leader: number): boolean {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return true;
  }
  return names.some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      // "pid (name) state parent group ..."; the name may have anything in it.
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(group) === leader && state !== "Z" && state !== "X";
    } catch {
      return false;
    }
  });
}
