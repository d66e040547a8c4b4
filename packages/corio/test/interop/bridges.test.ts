// Promises and AbortSignals, both ways; async iteration in both dialects.

import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import {
  call,
  CancelledError,
  cancelScope,
  channel,
  currentScope,
  Event,
  forEach,
  Future,
  moveOnAfter,
  NoRunError,
  Queue,
  run,
  ScopeClosedError,
  sleep,
  sleepForever,
  taskGroup,
  toPromise,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { failureOf } from "../support/failure.ts";
import { nodeHere, waitsIn } from "../support/kernel.ts";

describe("toPromise", () => {
  both("begins the wait now, and gives a promise of what comes", function* ({ wait, log }) {
    const [value, failed] = [new Future<number>(), new Future<number>()];
    const failure = new RangeError("failed");
    const promises = [toPromise(value.wait()), toPromise(failed.wait()), toPromise(sleep(2, "slept"))];
    expect(promises.every((promise) => promise instanceof Promise)).toBe(true);
    const settled = Promise.allSettled(promises).finally(() => log.push("settled"));
    yield* wait(sleep(1));
    value.setResult(1);
    failed.setException(failure);
    expect(yield* wait(call(() => settled))).toEqual([
      { status: "fulfilled", value: 1 },
      { status: "rejected", reason: failure },
      { status: "fulfilled", value: "slept" },
    ]);
    expect(log).toEqual(["settled"]);
  });

  both("waits in the scope of the caller: it is cancelled with that", function* ({ fn, wait }) {
    let promise: Promise<unknown> | undefined;
    const { cancelled } = yield* wait(
      moveOnAfter(
        5,
        fn(function* () {
          promise = toPromise(sleepForever());
          promise.catch(() => {});
          yield* wait(sleepForever());
        }),
      ),
    );
    expect(cancelled).toBe(true);
    expect(yield* wait(call(() => failureOf(() => promise!)))).toBeInstanceOf(CancelledError);
  });

  both("is a call left waiting when its block ends without it", function* ({ fn, wait, reports }) {
    let promise: Promise<unknown> | undefined;
    yield* wait(
      cancelScope(
        fn(function* () {
          promise = toPromise(sleepForever());
          promise.catch(() => {});
          yield* wait(sleep(1));
        }),
      ),
    );
    expect(yield* wait(call(() => failureOf(() => promise!)))).toBeInstanceOf(ScopeClosedError);
    expect(reports.map(({ code }) => code)).toEqual(["FLOATING_CALL"]);
    reports.length = 0;
  });

  test("outside any run gives a promise that is rejected", async () => {
    expect(await failureOf(() => toPromise(sleep(1)))).toBeInstanceOf(NoRunError);
    expect(() => toPromise(1 as never)).toThrow(TypeError);
  });
});

describe("AbortSignals", () => {
  both(
    "one signal has one listener for each run that it may cancel, and none afterwards",
    function* ({ fn, wait, log }) {
      const controller = new AbortController();
      const { signal } = controller;
      const count = (): number => getEventListeners(signal, "abort").length;
      yield* wait(
        run(
          fn(function* () {
            log.push(count());
            yield* wait(
              taskGroup(
                fn(function* (group) {
                  for (let i = 0; i < 10; i++) group.spawn(() => sleep(1));
                  yield* wait(sleep(2));
                  log.push(count());
                }),
              ),
            );
            yield* wait(run(() => log.push(count()), { signal }));
            log.push(count());
          }),
          { signal },
        ),
      );
      expect(log).toEqual([1, 1, 2, 1]);
      expect(count()).toBe(0);
    },
  );

  both("a scope has one signal, whoever asks, with no listener of ours on it", function* ({ fn, wait }) {
    const { cancelled } = yield* wait(
      moveOnAfter(
        5,
        fn(function* () {
          const { signal } = currentScope();
          expect(currentScope().signal).toBe(signal);
          for (let i = 0; i < 10; i++) yield* wait(sleep(0));
          expect(getEventListeners(signal, "abort")).toHaveLength(0);
          const aborted = new Event();
          signal.addEventListener("abort", () => aborted.set());
          yield* wait(aborted.wait());
        }),
      ),
    );
    expect(cancelled).toBe(true);
  });

  both("a signal that aborts cancels its run, with its reason", function* ({ fn, wait, log }) {
    const controller = new AbortController();
    const reason = new RangeError("enough");
    const error = yield* caught(
      wait(
        run(
          fn(function* () {
            currentScope().signal.addEventListener("abort", () => log.push("told"));
            controller.abort(reason);
            yield* wait(sleepForever());
          }),
          { signal: controller.signal },
        ),
      ),
    );
    expect([error, log]).toEqual([reason, ["told"]]);
  });
});

describe("async iteration", () => {
  both("runs over queues and channels in both dialects", function* ({ name, fn, wait, log }) {
    const queue = new Queue<number>(2);
    const [send, receive] = channel<number>(0);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              for (let i = 0; i < 4; i++) {
                yield* wait(queue.put(i));
                yield* wait(send.send(10 + i));
              }
              queue.shutdown();
              send.close();
            }),
          );
          for (const items of [receive, queue] as AsyncIterable<number>[]) {
            group.spawn(
              fn(function* () {
                if (name === "coroutine") {
                  yield* wait(forEach(items, (item) => void log.push(item)));
                } else {
                  yield* wait(
                    call(async () => {
                      for await (const item of items) log.push(item);
                    }),
                  );
                }
              }),
            );
          }
        }),
      ),
    );
    expect(new Set(log)).toEqual(new Set([0, 1, 2, 3, 10, 11, 12, 13]));
    expect(log).toHaveLength(8);
    expect(log.filter((item) => (item as number) < 10)).toEqual([0, 1, 2, 3]);
    expect(waitsIn(nodeHere())).toBe(0);
  });
});
