// Two loops in one process: nothing is bound to either, and whoever waits is woken in its own.

import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { Event, Future, gather, Lock, Queue, run, Semaphore, sleep } from "corio";
import { realHost, suspend, type Host } from "corio/lowlevel";
import type { EventLoop } from "../src/kernel/event-loop.ts";
import { dialects } from "./support/dialects.ts";
import { loopHere } from "./support/kernel.ts";

/** The machine again, as another host: a run on it has a loop of its own. */
function otherHost(): Host {
  return Object.create(realHost) as Host;
}

for (const { name, fn, wait } of dialects) {
  describe(`in ${name} code`, () => {
    test("a future set in one loop wakes who waits in another, there (K7, G9: better)", async () => {
      const [one, two] = [new Future<string>(), new Future<string>()];
      const loops = new Set<EventLoop>();
      const waiting = run(
        fn(function* () {
          const own = loopHere();
          loops.add(own);
          const values = yield* wait(gather([one.wait(), two.wait()]));
          expect(loopHere()).toBe(own);
          return values;
        }),
        { host: otherHost() },
      );
      await run(
        fn(function* () {
          loops.add(loopHere());
          yield* wait(sleep(1));
          one.setResult("from one");
          yield* wait(sleep(1));
          two.setResult("from two");
        }),
      );
      expect(await waiting).toEqual(["from one", "from two"]);
      expect(loops.size).toBe(2);
    });

    test("an error, too, and for who comes later (K7: better)", async () => {
      const future = new Future<string>();
      const failure = new RangeError("set elsewhere");
      await run(() => future.setException(failure));
      const later = run(
        fn(function* () {
          yield* wait(future.wait());
        }),
        { host: otherHost() },
      );
      await expect(later).rejects.toBe(failure);
    });

    test("locks and queues serve both loops in one line (S18: better)", async () => {
      const lock = new Lock();
      const semaphore = new Semaphore(1);
      const event = new Event();
      const queue = new Queue<number>(1);
      const log: string[] = [];
      const worker = (loop: string) =>
        fn(function* () {
          yield* wait(event.wait());
          for (let i = 0; i < 3; i++) {
            yield* wait(lock.acquire());
            log.push(`${loop} in`);
            yield* wait(sleep(1));
            log.push(`${loop} out`);
            lock.release();
            yield* wait(semaphore.hold(() => sleep(0)));
          }
        });
      const workers = [run(worker("a")), run(worker("b"), { host: otherHost() })];
      const producer = run(
        fn(function* () {
          yield* wait(sleep(1));
          event.set();
          for (let i = 0; i < 5; i++) yield* wait(queue.put(i));
          queue.shutdown();
        }),
      );
      const got = await run(
        fn(function* () {
          const items: number[] = [];
          for (let i = 0; i < 5; i++) items.push(yield* wait(queue.get()));
          return items;
        }),
        { host: otherHost() },
      );
      await Promise.all([...workers, producer]);
      expect(got).toEqual([0, 1, 2, 3, 4]);
      expect(log.filter((entry) => entry.startsWith("a"))).toHaveLength(6);
      // One at a time, whichever loop it is in.
      for (let i = 0; i < log.length; i += 2) {
        expect(log[i]!.replace("in", "out")).toBe(log[i + 1]);
      }
      expect(lock.statistics()).toEqual({ owner: null, waiting: 0 });
      expect(semaphore.statistics()).toEqual({ free: 1, waiting: 0 });
    });

    test("a message of another thread wakes a loop that is asleep (L15: better)", async () => {
      const answering = `
        const { parentPort } = require("node:worker_threads");
        parentPort.once("message", (text) => parentPort.postMessage(text + ", answered"));
      `;
      const worker = new Worker(answering, { eval: true });
      const answer = await run(
        fn(function* () {
          const loop = loopHere();
          const text = yield* wait(
            suspend<string>((resolve) => {
              worker.once("message", (message: string) => {
                // Nothing was ready and nothing was timed: it slept.
                expect([loop.ready.size, loop.timers.size]).toEqual([0, 0]);
                resolve(message);
              });
              worker.postMessage("question");
            }),
          );
          return text;
        }),
      );
      expect(answer).toBe("question, answered");
      await worker.terminate();
    });
  });
}
