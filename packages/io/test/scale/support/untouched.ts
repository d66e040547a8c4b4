// What a test must leave as it was: descriptors, what keeps the process alive, listeners on the process, and no rejection that nobody sees.
import { readdirSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect } from "vitest";
import { temporaryPath } from "../../support/temporary-path.ts";

interface State {
  readonly descriptors: number;
  /** By kind, sorted. Timers and the streams of the test runner aside. */
  readonly resources: readonly string[];
  readonly listeners: readonly string[];
}

function descriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

function state(): State {
  return {
    descriptors: descriptors(),
    resources: process
      .getActiveResourcesInfo()
      .filter((kind) => /TCP|TLS|Pipe|UDP|Process|GetAddrInfo|Connect|Shutdown/.test(kind))
      .sort(),
    listeners: process
      .eventNames()
      .map((name) => `${String(name)} ${process.listenerCount(name as "exit")}`)
      .sort(),
  };
}

/** Looks after each test of the file. */
export function leavesAllUntouched(): void {
  // Its folder lives as long as the process, and a listener with it.
  temporaryPath("first");
  let before: State;
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  beforeEach(() => {
    rejections.length = 0;
    process.on("unhandledRejection", note);
    before = state();
  });
  afterEach(async () => {
    // The system closes in turns of its own.
    for (let turn = 0; turn < 5000 && JSON.stringify(state()) !== JSON.stringify(before); turn++)
      await setImmediate();
    const after = state();
    process.off("unhandledRejection", note);
    expect(after).toEqual(before);
    expect(rejections).toEqual([]);
  });
}
