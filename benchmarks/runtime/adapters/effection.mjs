// Effection 4.  It has no scheduler yield, lock or semaphore in core: those are written here with `action`.
import { action, createQueue, run, sleep, spawn, suspend } from "effection";

const noop = () => {};
const yieldNow = {
  [Symbol.iterator]: () =>
    action((r) => {
      r();
      return noop;
    })[Symbol.iterator](),
}; // goes to the back of its priority tier
const io = () =>
  action((r) => {
    const h = setImmediate(() => r());
    return () => clearImmediate(h);
  });
function* ret(i) {
  return i;
}
function* retY(i) {
  yield* yieldNow;
  return i;
}
function* rec(d) {
  if (d === 0) {
    yield* yieldNow;
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
    for (let i = 0; i < n; i++) yield* yieldNow;
    return 1;
  }
  return 1 + (yield* rec2(d - 1, n));
}
class Semaphore {
  constructor(n) {
    this.n = n;
    this.w = [];
    this.h = 0;
  }
  *acquire() {
    if (this.n > 0) {
      this.n--;
      return;
    }
    yield* action((r) => {
      this.w.push(r);
      return noop;
    });
  }
  release() {
    if (this.h < this.w.length) {
      const r = this.w[this.h];
      this.w[this.h++] = undefined;
      r();
    } else this.n++;
  }
}
const spawnJoin = (child) => (n) =>
  run(function* () {
    const ts = [];
    for (let i = 0; i < n; i++) ts.push(yield* spawn(() => child(i)));
    let s = 0;
    for (const t of ts) s += yield* t;
    return s;
  });
export default {
  benches: {
    a_spawn_join: spawnJoin(ret),
    a2_spawn_yield_join: spawnJoin(retY),
    a3_spawn_await_seq: (n) =>
      run(function* () {
        let s = 0;
        for (let i = 0; i < n; i++) s += yield* yield* spawn(() => ret(i));
        return s;
      }),
    b_yield: (n) =>
      run(function* () {
        for (let i = 0; i < n; i++) yield* yieldNow;
        return n;
      }),
    b2_yield_io: (n) =>
      run(function* () {
        for (let i = 0; i < n; i++) yield* io();
        return n;
      }),
    c_pingpong: (n) =>
      run(function* () {
        const a = createQueue(),
          b = createQueue(),
          k = n / 2;
        const t1 = yield* spawn(function* () {
          let s = 0;
          for (let i = 0; i < k; i++) {
            a.add(i);
            s += (yield* b.next()).value;
          }
          return s;
        });
        const t2 = yield* spawn(function* () {
          for (let i = 0; i < k; i++) b.add((yield* a.next()).value + 1);
        });
        yield* t2;
        return yield* t1;
      }),
    d_sleep: (n) =>
      run(function* () {
        const ts = [];
        for (let i = 0; i < n; i++)
          ts.push(
            yield* spawn(function* () {
              yield* sleep(10);
              return i;
            }),
          );
        for (const t of ts) yield* t;
        return n;
      }),
    e_cancel: async (n, t) => {
      let ready;
      const p = new Promise((r) => (ready = r));
      let c = 0;
      const task = run(function* () {
        for (let i = 0; i < n; i++) {
          void (yield* spawn(function* () {
            try {
              yield* sleep(3_600_000);
            } finally {
              c++;
            }
          }));
        }
        yield* sleep(20);
        ready();
        yield* suspend();
      });
      await p;
      t.start();
      await task.halt();
      t.stop();
      return c;
    },
    f_deep_calls: (n) =>
      run(function* () {
        let s = 0;
        for (let i = 0; i < n; i++) s += yield* rec(50);
        return s;
      }),
    f2_deep_leaf: (n) => run(() => rec2(50, n)),
    f3_deep_calls_sync: (n) =>
      run(function* () {
        let s = 0;
        for (let i = 0; i < n; i++) s += yield* recS(50);
        return s;
      }),
    g_semaphore: (n) =>
      run(function* () {
        const sem = new Semaphore(100);
        let c = 0;
        function* job() {
          yield* sem.acquire();
          try {
            yield* yieldNow;
            c++;
          } finally {
            sem.release();
          }
        }
        const ts = [];
        for (let i = 0; i < n; i++) ts.push(yield* spawn(job));
        for (const t of ts) yield* t;
        return c;
      }),
    g2_bounded_map: (n) =>
      run(function* () {
        let i = 0,
          c = 0;
        const out = new Array(n);
        function* job(x) {
          yield* yieldNow;
          c++;
          return x;
        }
        const ts = [];
        for (let w = 0; w < 100; w++)
          ts.push(
            yield* spawn(function* () {
              while (i < n) {
                const k = i++;
                out[k] = yield* job(k);
              }
            }),
          );
        for (const t of ts) yield* t;
        return c;
      }),
    h_lock: (n) =>
      run(function* () {
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
      }),
    m_mem: async (n, t) => {
      let ready;
      const p = new Promise((r) => (ready = r));
      const task = run(function* () {
        for (let i = 0; i < n; i++) {
          void (yield* spawn(function* () {
            yield* sleep(3_600_000);
          }));
        }
        yield* sleep(20);
        ready();
        yield* suspend();
      });
      await p;
      t.measure();
      await task.halt();
    },
  },
};
