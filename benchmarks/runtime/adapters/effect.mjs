// Effect 4, Effect.gen style (what its own guide teaches).
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Fiber from "effect/Fiber";
import * as Queue from "effect/Queue";
import * as Semaphore from "effect/Semaphore";

const gen = Effect.gen,
  y = Effect.yieldNow;
const io = Effect.callback((resume) => {
  const h = setImmediate(() => resume(Effect.void));
  return Effect.sync(() => clearImmediate(h));
});
const ret = (i) =>
  gen(function* () {
    return i;
  });
const retY = (i) =>
  gen(function* () {
    yield* y;
    return i;
  });
const rec = (d) =>
  gen(function* () {
    if (d === 0) {
      yield* y;
      return 1;
    }
    return 1 + (yield* rec(d - 1));
  });
const recS = (d) =>
  gen(function* () {
    if (d === 0) return 1;
    return 1 + (yield* recS(d - 1));
  });
const rec2 = (d, n) =>
  gen(function* () {
    if (d === 0) {
      for (let i = 0; i < n; i++) yield* y;
      return 1;
    }
    return 1 + (yield* rec2(d - 1, n));
  });
const spawnJoin = (child) => (n) =>
  Effect.runPromise(
    gen(function* () {
      const fs = [];
      for (let i = 0; i < n; i++) fs.push(yield* Effect.forkChild(child(i)));
      let s = 0;
      for (let i = 0; i < n; i++) s += yield* Fiber.join(fs[i]);
      return s;
    }),
  );
const hour = gen(function* () {
  yield* Effect.sleep(3_600_000);
});
export default {
  benches: {
    a_spawn_join: spawnJoin(ret),
    a2_spawn_yield_join: spawnJoin(retY),
    a3_spawn_await_seq: (n) =>
      Effect.runPromise(
        gen(function* () {
          let s = 0;
          for (let i = 0; i < n; i++) {
            const f = yield* Effect.forkChild(ret(i));
            s += yield* Fiber.join(f);
          }
          return s;
        }),
      ),
    b_yield: (n) =>
      Effect.runPromise(
        gen(function* () {
          for (let i = 0; i < n; i++) yield* y;
          return n;
        }),
      ),
    b2_yield_io: (n) =>
      Effect.runPromise(
        gen(function* () {
          for (let i = 0; i < n; i++) yield* io;
          return n;
        }),
      ),
    c_pingpong: (n) =>
      Effect.runPromise(
        gen(function* () {
          const a = yield* Queue.unbounded(),
            b = yield* Queue.unbounded(),
            k = n / 2;
          const t1 = yield* Effect.forkChild(
            gen(function* () {
              let s = 0;
              for (let i = 0; i < k; i++) {
                yield* Queue.offer(a, i);
                s += yield* Queue.take(b);
              }
              return s;
            }),
          );
          const t2 = yield* Effect.forkChild(
            gen(function* () {
              for (let i = 0; i < k; i++) yield* Queue.offer(b, (yield* Queue.take(a)) + 1);
            }),
          );
          yield* Fiber.join(t2);
          return yield* Fiber.join(t1);
        }),
      ),
    d_sleep: (n) =>
      Effect.runPromise(
        gen(function* () {
          const fs = [];
          for (let i = 0; i < n; i++)
            fs.push(
              yield* Effect.forkChild(
                gen(function* () {
                  yield* Effect.sleep(10);
                  return i;
                }),
              ),
            );
          for (const f of fs) yield* Fiber.join(f);
          return n;
        }),
      ),
    e_cancel: (n, t) =>
      Effect.runPromise(
        gen(function* () {
          const fs = [];
          for (let i = 0; i < n; i++) fs.push(yield* Effect.forkChild(hour));
          yield* Effect.sleep(20);
          t.start();
          yield* Fiber.interruptAll(fs);
          t.stop();
          let c = 0;
          for (const f of fs) {
            const e = f.pollUnsafe();
            if (e && Exit.isFailure(e)) c++;
          }
          return c;
        }),
      ),
    f_deep_calls: (n) =>
      Effect.runPromise(
        gen(function* () {
          let s = 0;
          for (let i = 0; i < n; i++) s += yield* rec(50);
          return s;
        }),
      ),
    f2_deep_leaf: (n) => Effect.runPromise(rec2(50, n)),
    f3_deep_calls_sync: (n) =>
      Effect.runPromise(
        gen(function* () {
          let s = 0;
          for (let i = 0; i < n; i++) s += yield* recS(50);
          return s;
        }),
      ),
    g_semaphore: (n) =>
      Effect.runPromise(
        gen(function* () {
          const sem = yield* Semaphore.make(100);
          let c = 0;
          const job = sem.withPermits(1)(
            gen(function* () {
              yield* y;
              c++;
            }),
          );
          const fs = [];
          for (let i = 0; i < n; i++) fs.push(yield* Effect.forkChild(job));
          for (const f of fs) yield* Fiber.join(f);
          return c;
        }),
      ),
    g2_bounded_map: (n, t) =>
      Effect.runPromise(
        gen(function* () {
          let c = 0;
          const xs = Array.from({ length: n }, (_, i) => i);
          t.start();
          yield* Effect.forEach(
            xs,
            (x) =>
              gen(function* () {
                yield* y;
                c++;
                return x;
              }),
            { concurrency: 100 },
          );
          return c;
        }),
      ),
    h_lock: (n) =>
      Effect.runPromise(
        gen(function* () {
          const m = yield* Semaphore.make(1);
          const inc = m.withPermits(1)(
            Effect.sync(() => {
              c++;
            }),
          );
          let c = 0;
          for (let i = 0; i < n; i++) yield* inc;
          return c;
        }),
      ),
    m_mem: (n, t) =>
      Effect.runPromise(
        gen(function* () {
          const fs = [];
          for (let i = 0; i < n; i++) fs.push(yield* Effect.forkChild(hour));
          yield* Effect.sleep(20);
          t.measure();
          yield* Fiber.interruptAll(fs);
        }),
      ),
  },
};
