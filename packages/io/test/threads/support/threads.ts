// The threads of this process, as the system counts them, and tests that leave none behind.
import { existsSync, readdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { Event } from "corio";
import { afterEach, beforeEach, expect } from "vitest";

export function countThreads(): number {
  return readdirSync("/proc/self/task").length;
}

/** Waits for what comes about by itself, in other threads: looked at again and again. False when it does not. */
export async function until(holds: () => boolean): Promise<boolean> {
  for (let look = 0; look < 10_000; look++) {
    if (holds()) return true;
    await setTimeout(1);
  }
  return holds();
}

/** Every test of the file must end with the threads that it began with, and without an unhandled rejection. */
export function leavesNoThread(): void {
  let before = 0;
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  beforeEach(async () => {
    if (!existsSync("/proc/self/task")) throw new Error("These tests count threads: they need /proc");
    // Node's own four come with the first of these.
    await stat("/");
    before = countThreads();
    process.on("unhandledRejection", note);
  });
  afterEach(async () => {
    await until(() => countThreads() <= before);
    process.off("unhandledRejection", note);
    expect(countThreads()).toBeLessThanOrEqual(before);
    expect(rejections.splice(0)).toEqual([]);
  });
}

/** An `onProgress` that tells when the function in the thread has begun. */
export function beginning(): { readonly begun: Event; readonly onProgress: (value: unknown) => void } {
  const begun = new Event();
  return { begun, onProgress: () => begun.set() };
}
