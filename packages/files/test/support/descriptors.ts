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

/** Lets the system finish what nobody waits for, until nothing below the folder is open; gives what stays open after many turns. */
export async function openAfterSettling(folder: string): Promise<string[]> {
  for (let turn = 0; turn < 20_000; turn++) {
    if (openBelow(folder).length === 0) return [];
    await setImmediate();
  }
  return openBelow(folder);
}
