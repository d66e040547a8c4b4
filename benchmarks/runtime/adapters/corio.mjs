// Corio in the coroutine dialect.
import { checkpoint, Lock, map, Queue, run, Semaphore, sleep, taskGroup, wait } from "corio";
import { suspend } from "corio/lowlevel";

function* ret(i) {
  return i;
}
function* retY(i) {
  yield* checkpoint();
  return i;
}
function* rec(d) {
  if (d === 0) {
    yield* checkpoint();
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
    for (let i = 0; i < n; i++) yield* checkpoint();
    return 1;
  }
  return 1 + (yield* rec2(d - 1, n));
}
function* napper(i) {
  yield* sleep(10);
  return i;
}
function* longSleeper() {
  yield* sleep(3_600_000);
}
const turn = (resolve) => {
  const handle = setImmediate(() => resolve());
  return () => clearImmediate(handle);
};

function* waiter(semaphore, served) {
  yield* semaphore.acquire();
  served.count++;
  semaphore.release();
}

/** `n` tasks wait for one permit, which then goes from hand to hand. Every other one may be cancelled first, from the last on. */
const waiters = (cancelling) => (n) =>
  run(function* () {
    const semaphore = new Semaphore(0);
    const served = { count: 0 };
    let cancelled = 0;
    yield* taskGroup(function* (group) {
      const tasks = [];
      for (let i = 0; i < n; i++) tasks.push(group.spawn(waiter, semaphore, served));
      yield* checkpoint();
      if (semaphore.statistics().waiting !== n) throw new Error("not all are waiting");
      if (cancelling) for (let i = n - 1; i > 0; i -= 2, cancelled++) tasks[i].cancel();
      semaphore.release();
    });
    return served.count + cancelled;
  });

const spawnJoin = (child) => (n) =>
  run(function* () {
    return yield* taskGroup(function* (group) {
      const tasks = [];
      for (let i = 0; i < n; i++) tasks.push(group.spawn(child, i));
      let s = 0;
      for (let i = 0; i < n; i++) s += yield* tasks[i].join();
      return s;
    });
  });

export default {
  benches: {
    a_spawn_join: spawnJoin(ret),
    a2_spawn_yield_join: spawnJoin(retY),
    a3_spawn_await_seq: (n) =>
      run(function* () {
        return yield* taskGroup(function* (group) {
          let s = 0;
          for (let i = 0; i < n; i++) s += yield* group.spawn(ret, i).join();
          return s;
        });
      }),
    b_yield: (n) =>
      run(function* () {
        for (let i = 0; i < n; i++) yield* checkpoint();
        return n;
      }),
    b2_yield_io: (n) =>
      run(function* () {
        for (let i = 0; i < n; i++) yield* suspend(turn);
        return n;
      }),
    c_pingpong: (n) =>
      run(function* () {
        const a = new Queue(Infinity);
        const b = new Queue(Infinity);
        const k = n / 2;
        return yield* taskGroup(function* (group) {
          const t1 = group.spawn(function* () {
            let s = 0;
            for (let i = 0; i < k; i++) {
              a.putNowait(i);
              s += yield* b.get();
            }
            return s;
          });
          group.spawn(function* () {
            for (let i = 0; i < k; i++) b.putNowait((yield* a.get()) + 1);
          });
          return yield* t1.join();
        });
      }),
    d_sleep: (n) =>
      run(function* () {
        yield* taskGroup(function* (group) {
          for (let i = 0; i < n; i++) group.spawn(napper, i);
        });
        return n;
      }),
    e_cancel: (n, t) =>
      run(function* () {
        return yield* taskGroup(function* (group) {
          const tasks = [];
          for (let i = 0; i < n; i++) tasks.push(group.spawn(longSleeper));
          yield* sleep(20);
          t.start();
          for (const task of tasks) task.cancel();
          yield* wait(tasks);
          t.stop();
          return tasks.filter((task) => task.cancelled()).length;
        });
      }),
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
        const semaphore = new Semaphore(100);
        let c = 0;
        function* job() {
          yield* semaphore.acquire();
          try {
            yield* checkpoint();
            c++;
          } finally {
            semaphore.release();
          }
        }
        yield* taskGroup(function* (group) {
          for (let i = 0; i < n; i++) group.spawn(job);
        });
        return c;
      }),
    g2_bounded_map: (n, t) =>
      run(function* () {
        let c = 0;
        const items = Array.from({ length: n }, (_, i) => i);
        t.start();
        yield* map(
          items,
          function* (x) {
            yield* checkpoint();
            c++;
            return x;
          },
          { concurrency: 100 },
        );
        return c;
      }),
    h_lock: (n) =>
      run(function* () {
        const lock = new Lock();
        let c = 0;
        for (let i = 0; i < n; i++) {
          yield* lock.acquire();
          try {
            c++;
          } finally {
            lock.release();
          }
        }
        return c;
      }),
    i_waiters_10k: waiters(false),
    i_waiters_100k: waiters(false),
    i_waiters_1m: waiters(false),
    i2_waiters_cancelled_10k: waiters(true),
    i2_waiters_cancelled_100k: waiters(true),
    i2_waiters_cancelled_1m: waiters(true),
    m_mem: (n, t) =>
      run(function* () {
        yield* taskGroup({ cancellable: true }, function* (group) {
          for (let i = 0; i < n; i++) group.spawn(longSleeper);
          yield* sleep(20);
          t.measure();
          group.cancel();
        });
      }),
  },
};
