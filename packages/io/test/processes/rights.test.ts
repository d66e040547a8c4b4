// Processes that may not be signalled. Only root can start one, so only root can try it.
import { sleep } from "corio";
import { expect, test } from "vitest";
import { PIPE } from "../../src/index.ts";
import { both } from "../support/dialects.ts";
import { leavesNothing, runs } from "../support/left-behind.ts";
import { fixture } from "../support/programs.ts";

leavesNothing();

if (process.getuid!() === 0) {
  both("a signal that the system refuses, and a process that is left running", function* ({ wait }) {
    const program = yield* wait(fixture("loses-rights.ts", [], { stdout: PIPE }));
    // It ends, although its child runs on.
    const [stdout] = yield* wait(program.communicate());
    const [pid, refused, left, ...rest] = String(stdout).split("\n");
    const what = `sleep 3600 (${pid})`;
    expect(refused).toBe(`ProcessSignalError: Cannot send SIGTERM to ${what}: the system does not permit it`);
    expect(left).toBe(
      `ProcessLeftError: Cannot end ${what} with its scope: the system does not permit it. It runs on`,
    );
    expect(rest).toEqual([""]);
    expect(program.returnCode).toBe(0);
    expect(runs(Number(pid))).toBe(true);
    process.kill(Number(pid), "SIGKILL");
    while (runs(Number(pid))) yield* wait(sleep(1));
  });
} else {
  test("nobody but root can start what it may not signal", () => {
    expect(() => process.kill(1, 0)).toThrow("EPERM");
  });
}
