// How many descriptors the process has open, where the system tells.
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";

export const canCountDescriptors: boolean = existsSync("/proc/self/fd");

/** The files below `folder` that the process has open. */
export function openBelow(folder: string): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return [];
    }
  });
}

// What a cancelled task left with the system, a file that is still to be opened among it, is such a call until it has ended.
const callsRun = (): boolean =>
  process.getActiveResourcesInfo().some((resource) => resource.startsWith("FSReq"));

/** Lets the system finish what nobody waits for, until nothing below the folder is open; gives what stays open after many turns. */
export async function openAfterSettling(folder: string): Promise<string[]> {
  for (let turn = 0; turn < 20_000; turn++) {
    if (!callsRun() && openBelow(folder).length === 0) return [];
    await setImmediate();
  }
  return openBelow(folder);
}

/** Lets the system finish as {@link openAfterSettling} does; gives what is open then and was not among `before`. */
export async function openedSince(before: readonly string[]): Promise<string[]> {
  for (let turn = 0; turn < 20_000; turn++) {
    if (!callsRun() && openBelow("").length <= before.length) return [];
    await setImmediate();
  }
  const more = openBelow("");
  for (const name of before) {
    const at = more.indexOf(name);
    if (at >= 0) more.splice(at, 1);
  }
  return more;
}
