import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as hostTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { run, sleep } from "corio";
import { realHost } from "corio/lowlevel";

const als = new AsyncLocalStorage<string>();

/** Resolves when the callback that it hands out is called, with the store seen there. */
function seenBy(start: (callback: () => void) => void): Promise<string | undefined> {
  return new Promise((resolve) => {
    als.run("somebody's", () => start(() => resolve(als.getStore())));
  });
}

describe("the node host", () => {
  test("the pump, the turns and the timers belong to nobody's context", async () => {
    expect(await seenBy((callback) => realHost.queueMicrotask(callback))).toBe(undefined);
    expect(await seenBy((callback) => realHost.queueTurn(callback))).toBe(undefined);
    expect(await seenBy((callback) => realHost.createTimer(callback).arm(1))).toBe(undefined);
  });

  test("a timer armed again fires once, by the later setting", async () => {
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      const again = realHost.createTimer(() => {
        log.push("armed again");
        resolve();
      });
      again.arm(1);
      again.arm(30);
      realHost.createTimer(() => log.push("in between")).arm(10);
    });
    expect(log).toEqual(["in between", "armed again"]);
  });

  test("a timer further off than the host can count does not fire at once", async () => {
    const log: string[] = [];
    const far = realHost.createTimer(() => log.push("fired"));
    far.arm(2 ** 40);
    await new Promise<void>((resolve) => realHost.createTimer(resolve).arm(5));
    expect(log).toEqual([]);
    far.release();
  });

  test("the process's hooks are there while a run is, and gone in the turn after the last", async () => {
    const count = (): number[] => [
      process.listenerCount("unhandledRejection"),
      process.listenerCount("beforeExit"),
      process.listenerCount("SIGINT"),
    ];
    const before = count();
    await run(function* () {
      const [rejections, exits, signals] = count();
      expect(rejections).toBe(before[0]! + 1);
      expect(exits).toBe(before[1]! + 1);
      // run is for a piece of a program: it touches no signal (R1).
      expect(signals).toBe(before[2]);
      const inner = run(async () => sleep(1));
      yield* inner;
      expect(count()[0]).toBe(before[0]! + 1);
    });
    // A rejection of the run's may still come up at the end of this turn.
    expect(count()[0]).toBe(before[0]! + 1);
    await hostTurn();
    expect(count()).toEqual(before);
  });

  test("the next run may begin before the hooks of the last one are gone", async () => {
    const count = (): number => process.listenerCount("unhandledRejection");
    const before = count();
    await run(async () => sleep(0));
    await run(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      expect(count()).toBe(before + 1);
    });
    await hostTurn();
    expect(count()).toBe(before);
  });
});
