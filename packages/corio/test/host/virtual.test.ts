import { setImmediate as hostTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { checkpoint, DeadlockError, fromPromise, Future, loopTime, run, sleep, taskGroup } from "corio";
import {
  createVirtualHost,
  type Host,
  type ReadyItem,
  type ReadyOrder,
  realHost,
  type VirtualHost,
} from "corio/lowlevel";

describe("the virtual host", () => {
  test("the clock jumps from timer to timer: years in no time", async () => {
    const log: number[] = [];
    await run(
      function* () {
        for (const years of [1, 10, 100]) {
          yield* sleep(years * 365 * 24 * 3600 * 1000);
          log.push(loopTime() / (365 * 24 * 3600 * 1000));
        }
      },
      { host: createVirtualHost(realHost) },
    );
    expect(log).toEqual([1, 11, 111]);
  });

  test("the clock begins where it is told to", async () => {
    const times = await run(
      async () => {
        const begin = loopTime();
        await sleep(5);
        return [begin, loopTime()];
      },
      { host: createVirtualHost(realHost, 1000) },
    );
    expect(times).toEqual([1000, 1005]);
  });

  test("it does not jump while the host has work in hand", async () => {
    // Some turns of the real host pass before the promise resolves: the sleep must not overtake it.
    const log: string[] = [];
    await run(
      () =>
        taskGroup(function* (group) {
          group.spawn(function* () {
            yield* sleep(1e6);
            log.push("sleep");
          });
          group.spawn(async () => {
            for (let i = 0; i < 20; i++) {
              await hostTurn();
              await sleep(0);
            }
            log.push("host");
          });
        }),
      { host: createVirtualHost(realHost) },
    );
    expect(log).toEqual(["host", "sleep"]);
  });

  test("the same program runs in the same order every time", async () => {
    const once = async (): Promise<string[]> => {
      const log: string[] = [];
      await run(
        () =>
          taskGroup(function* (group) {
            for (let i = 0; i < 10; i++) {
              group.spawn(function* () {
                for (let k = 0; k < 5; k++) {
                  yield* sleep((i * 7 + k * 3) % 5);
                  log.push(`${i}.${k}@${loopTime()}`);
                }
              });
              group.spawn(async () => {
                await sleep(i % 3);
                log.push(`async ${i}@${loopTime()}`);
              });
            }
          }),
        { host: createVirtualHost(realHost) },
      );
      return log;
    };
    const first = await once();
    for (let i = 0; i < 5; i++) expect(await once()).toEqual(first);
    expect(first).toHaveLength(60);
  });

  test("two hosts have clocks of their own", async () => {
    const clock = (ms: number) =>
      run(
        function* () {
          yield* sleep(ms);
          return loopTime();
        },
        { host: createVirtualHost(realHost) },
      );
    expect(await Promise.all([clock(5), clock(5000)])).toEqual([5, 5000]);
  });

  test("one host serves several runs, one after the other and at once, on one clock", async () => {
    const host = createVirtualHost(realHost);
    const nap = (ms: number) =>
      run(
        function* () {
          yield* sleep(ms);
          return loopTime();
        },
        { host },
      );
    expect(await nap(10)).toBe(10);
    expect(await nap(10)).toBe(20);
    expect(await Promise.all([nap(5), nap(15)])).toEqual([25, 35]);
  });

  test("a run that only waits for what nobody will bring is a deadlock, not a hang", async () => {
    const stuck = run(() => new Future().wait(), { host: createVirtualHost(realHost) });
    await expect(stuck).rejects.toBeInstanceOf(DeadlockError);
  });

  test("advance moves the clock by hand, and fires what is due", async () => {
    const host = createVirtualHost(realHost);
    const log: unknown[] = [];
    await run(
      () =>
        taskGroup(function* (group) {
          group.spawn(function* () {
            yield* sleep(50);
            log.push("due", loopTime());
          });
          yield* sleep(0);
          host.advance(80);
          expect(loopTime()).toBe(80);
          expect(log).toEqual([]);
          yield* sleep(0);
          log.push("body");
        }),
      { host },
    );
    expect(log).toEqual(["due", 80, "body"]);
  });

  test("where the machine has nothing in hand, the clock jumps without a turn of it, in both dialects", async () => {
    let turns = 0;
    const counting: Host = {
      ...realHost,
      queueTurn(callback) {
        turns++;
        realHost.queueTurn(callback);
      },
    };
    for (const nap of [
      function* () {
        for (let i = 0; i < 20; i++) yield* sleep(1);
      },
      async () => {
        for (let i = 0; i < 20; i++) await sleep(1);
      },
    ]) {
      await run(nap as () => unknown, { host: createVirtualHost(counting) });
    }
    expect(turns).toBe(0);
    // With an end in sight the machine is left alone; a program that goes on and on gives it a turn now and then.
    await run(
      function* () {
        for (let i = 0; i < 1000; i++) yield* sleep(1);
      },
      { host: createVirtualHost(counting) },
    );
    expect(turns).toBe(3);
  });

  test("without autojump the clock is moved by hand: to the next timer, or by so much", async () => {
    const log: unknown[] = [];
    let stuck = 0;
    const host: VirtualHost = createVirtualHost(realHost, {
      autojump: false,
      idle() {
        log.push(["idle", host.now(), host.nextTimer()]);
        return host.nextTimer() < 30 && host.jump();
      },
      stuck() {
        if (++stuck > 1) return false;
        host.advance(100);
        return true;
      },
    });
    await run(
      function* () {
        for (const ms of [10, 15, 20]) {
          yield* sleep(ms);
          log.push(loopTime());
        }
      },
      { host },
    );
    expect(host.jump()).toBe(false);
    expect(log).toEqual([["idle", 0, 10], 10, ["idle", 10, 25], 25, ["idle", 25, 45], 125]);
  });

  test("a host may bring an order of its own; an async function that was woken goes on before the next is taken", async () => {
    const log: string[] = [];
    const items: ReadyItem[] = [];
    const lastFirst: ReadyOrder = {
      get size() {
        return items.length;
      },
      push: (item) => void items.push(item),
      shift: () => items.pop(),
      peek: () => (items.length === 0 ? undefined : { guest: false }),
    };
    await run(
      () =>
        taskGroup((group) => {
          for (const name of ["a", "b", "c"]) {
            group.spawn(async () => {
              await checkpoint();
              log.push(`${name} 1`);
              await checkpoint();
              log.push(`${name} 2`);
            });
          }
        }),
      { host: createVirtualHost(realHost, { createReadyQueue: () => lastFirst, drained: true }) },
    );
    expect(log).toEqual(["c 1", "c 2", "b 1", "b 2", "a 1", "a 2"]);
  });

  test("it touches no signal and no exit code", () => {
    expect(createVirtualHost(realHost).process).toBe(null);
  });

  test("a promise of the host that never comes is a deadlock too", async () => {
    const stuck = run(() => fromPromise(new Promise(() => {})), { host: createVirtualHost(realHost) });
    await expect(stuck).rejects.toThrow(/a promise/);
  });
});
