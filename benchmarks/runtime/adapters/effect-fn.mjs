// Effect 4 with functions made once by Effect.fnUntraced: no fresh generator function for each call, which V8 makes slowly. Only
// the benchmarks in which that makes a difference: the others are in effect.mjs.
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Fiber from "effect/Fiber";
import * as Semaphore from "effect/Semaphore";

const fn = Effect.fnUntraced;

const ret = fn(function* (i) {
  return i;
});
const retY = fn(function* (i) {
  yield* Effect.yieldNow;
  return i;
});
const rec = fn(function* (d) {
  if (d === 0) {
    yield* Effect.yieldNow;
    return 1;
  }
  return 1 + (yield* rec(d - 1));
});
const recS = fn(function* (d) {
  if (d === 0) return 1;
  return 1 + (yield* recS(d - 1));
});
const rec2 = fn(function* (d, n) {
  if (d === 0) {
    for (let i = 0; i < n; i++) yield* Effect.yieldNow;
    return 1;
  }
  return 1 + (yield* rec2(d - 1, n));
});
const napper = fn(function* (i) {
  yield* Effect.sleep(10);
  return i;
});
const longSleeper = fn(function* () {
  yield* Effect.sleep(3_600_000);
});
/** Its only state is what the benchmark gives it. */
const count = fn(function* (counter) {
  yield* Effect.yieldNow;
  counter.c++;
});

const program = (body) => {
  const main = fn(body);
  return (...args) => Effect.runPromise(main(...args));
};

const spawnJoin = (child) =>
  program(function* (n) {
    const fibers = [];
    for (let i = 0; i < n; i++) fibers.push(yield* Effect.forkChild(child(i)));
    let s = 0;
    for (let i = 0; i < n; i++) s += yield* Fiber.join(fibers[i]);
    return s;
  });

const calls = (child) =>
  program(function* (n) {
    let s = 0;
    for (let i = 0; i < n; i++) s += yield* child(50);
    return s;
  });

export default {
  benches: {
    a_spawn_join: spawnJoin(ret),
    a2_spawn_yield_join: spawnJoin(retY),
    a3_spawn_await_seq: program(function* (n) {
      let s = 0;
      for (let i = 0; i < n; i++) s += yield* Fiber.join(yield* Effect.forkChild(ret(i)));
      return s;
    }),
    d_sleep: program(function* (n) {
      const fibers = [];
      for (let i = 0; i < n; i++) fibers.push(yield* Effect.forkChild(napper(i)));
      for (const fiber of fibers) yield* Fiber.join(fiber);
      return n;
    }),
    e_cancel: program(function* (n, t) {
      const fibers = [];
      for (let i = 0; i < n; i++) fibers.push(yield* Effect.forkChild(longSleeper()));
      yield* Effect.sleep(20);
      t.start();
      yield* Fiber.interruptAll(fibers);
      t.stop();
      let c = 0;
      for (const fiber of fibers) {
        const exit = fiber.pollUnsafe();
        if (exit && Exit.isFailure(exit)) c++;
      }
      return c;
    }),
    f_deep_calls: calls(rec),
    f2_deep_leaf: (n) => Effect.runPromise(rec2(50, n)),
    f3_deep_calls_sync: calls(recS),
    g_semaphore: program(function* (n) {
      const permits = yield* Semaphore.make(100);
      const counter = { c: 0 };
      const fibers = [];
      for (let i = 0; i < n; i++) {
        fibers.push(yield* Effect.forkChild(permits.withPermits(1)(count(counter))));
      }
      for (const fiber of fibers) yield* Fiber.join(fiber);
      return counter.c;
    }),
    g2_bounded_map: program(function* (n, t) {
      const counter = { c: 0 };
      const items = Array.from({ length: n }, () => counter);
      t.start();
      yield* Effect.forEach(items, count, { concurrency: 100 });
      return counter.c;
    }),
    m_mem: program(function* (n, t) {
      const fibers = [];
      for (let i = 0; i < n; i++) fibers.push(yield* Effect.forkChild(longSleeper()));
      yield* Effect.sleep(20);
      t.measure();
      yield* Fiber.interruptAll(fibers);
    }),
  },
};
