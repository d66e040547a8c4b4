// The floor: what generators with an own ready queue cost before any feature (floor.mjs).
import { join, Queue, run, Semaphore, sleep, spawn, yieldIO, yieldNow } from "../floor.mjs";

function* ret(i) {
  return i;
}
function* retY(i) {
  yield undefined;
  return i;
}
function* rec(d) {
  if (d === 0) {
    yield undefined;
    return 1;
  }
  return 1 + (yield* rec(d - 1));
}
function* recS(d) {
  if (d === 0) return 1;
  return 1 + (yield* recS(d - 1));
}
function* rec2(d, n) {
  if (d === 0) {
    for (let i = 0; i < n; i++) yield undefined;
    return 1;
  }
  return 1 + (yield* rec2(d - 1, n));
}
const spawnJoin = (child) => (n) =>
  run(
    (function* () {
      const ts = [];
      for (let i = 0; i < n; i++) ts.push(spawn(child(i)));
      let s = 0;
      for (let i = 0; i < n; i++) s += yield* join(ts[i]);
      return s;
    })(),
  );
export default {
  benches: {
    a_spawn_join: spawnJoin(ret),
    a2_spawn_yield_join: spawnJoin(retY),
    a3_spawn_await_seq: (n) =>
      run(
        (function* () {
          let s = 0;
          for (let i = 0; i < n; i++) s += yield* join(spawn(ret(i)));
          return s;
        })(),
      ),
    b_yield: (n) =>
      run(
        (function* () {
          for (let i = 0; i < n; i++) yield* yieldNow();
          return n;
        })(),
      ),
    b2_yield_io: (n) =>
      run(
        (function* () {
          for (let i = 0; i < n; i++) yield* yieldIO();
          return n;
        })(),
      ),
    c_pingpong: (n) =>
      run(
        (function* () {
          const a = new Queue(),
            b = new Queue(),
            k = n / 2;
          const t1 = spawn(
            (function* () {
              let s = 0;
              for (let i = 0; i < k; i++) {
                a.put(i);
                s += yield* b.get();
              }
              return s;
            })(),
          );
          const t2 = spawn(
            (function* () {
              for (let i = 0; i < k; i++) b.put((yield* a.get()) + 1);
            })(),
          );
          yield* join(t2);
          return yield* join(t1);
        })(),
      ),
    d_sleep: (n) =>
      run(
        (function* () {
          const ts = [];
          for (let i = 0; i < n; i++)
            ts.push(
              spawn(
                (function* () {
                  yield* sleep(10);
                  return i;
                })(),
              ),
            );
          for (const t of ts) yield* join(t);
          return n;
        })(),
      ),
    e_cancel: (n, t) =>
      run(
        (function* () {
          const ts = [];
          for (let i = 0; i < n; i++)
            ts.push(
              spawn(
                (function* () {
                  yield* sleep(3_600_000);
                })(),
              ),
            );
          yield* sleep(20);
          t.start();
          for (const x of ts) x.cancel();
          let c = 0;
          for (const x of ts) {
            try {
              yield* join(x);
            } catch {
              c++;
            }
          }
          t.stop();
          return c;
        })(),
      ),
    f_deep_calls: (n) =>
      run(
        (function* () {
          let s = 0;
          for (let i = 0; i < n; i++) s += yield* rec(50);
          return s;
        })(),
      ),
    f2_deep_leaf: (n) => run(rec2(50, n)),
    f3_deep_calls_sync: (n) =>
      run(
        (function* () {
          let s = 0;
          for (let i = 0; i < n; i++) s += yield* recS(50);
          return s;
        })(),
      ),
    g_semaphore: (n) =>
      run(
        (function* () {
          const sem = new Semaphore(100);
          let c = 0;
          function* job() {
            yield* sem.acquire();
            try {
              yield undefined;
              c++;
            } finally {
              sem.release();
            }
          }
          const ts = [];
          for (let i = 0; i < n; i++) ts.push(spawn(job()));
          for (const t of ts) yield* join(t);
          return c;
        })(),
      ),
    g2_bounded_map: (n) =>
      run(
        (function* () {
          let i = 0,
            c = 0;
          const out = new Array(n);
          function* job(x) {
            yield undefined;
            c++;
            return x;
          }
          const ts = [];
          for (let w = 0; w < 100; w++)
            ts.push(
              spawn(
                (function* () {
                  while (i < n) {
                    const k = i++;
                    out[k] = yield* job(k);
                  }
                })(),
              ),
            );
          for (const t of ts) yield* join(t);
          return c;
        })(),
      ),
    h_lock: (n) =>
      run(
        (function* () {
          const m = new Semaphore(1);
          let c = 0;
          for (let i = 0; i < n; i++) {
            yield* m.acquire();
            try {
              c++;
            } finally {
              m.release();
            }
          }
          return c;
        })(),
      ),
    m_mem: (n, t) =>
      run(
        (function* () {
          const ts = [];
          for (let i = 0; i < n; i++)
            ts.push(
              spawn(
                (function* () {
                  yield* sleep(3_600_000);
                })(),
              ),
            );
          yield* sleep(20);
          t.measure();
          for (const x of ts) x.cancel();
          for (const x of ts) {
            try {
              yield* join(x);
            } catch {}
          }
        })(),
      ),
  },
};
