// Corio in the async dialect: plain async functions.
import { checkpoint, Lock, map, Queue, run, Semaphore, sleep, taskGroup, wait } from "corio";
import { suspend } from "corio/lowlevel";

async function ret(i) {
  return i;
}
async function retY(i) {
  await checkpoint();
  return i;
}
async function rec(d) {
  if (d === 0) {
    await checkpoint();
    return 1;
  }
  return 1 + (await rec(d - 1));
}
async function recS(d) {
  if (d === 0) return 1;
  return 1 + (await recS(d - 1));
}
async function rec2(d, n) {
  if (d === 0) {
    for (let i = 0; i < n; i++) await checkpoint();
    return 1;
  }
  return 1 + (await rec2(d - 1, n));
}
async function napper(i) {
  await sleep(10);
  return i;
}
async function longSleeper() {
  await sleep(3_600_000);
}
const turn = (resolve) => {
  const handle = setImmediate(() => resolve());
  return () => clearImmediate(handle);
};

async function waiter(semaphore, served) {
  await semaphore.acquire();
  served.count++;
  semaphore.release();
}

/** `n` tasks wait for one permit, which then goes from hand to hand. Every other one may be cancelled first, from the last on. */
const waiters = (cancelling) => (n) =>
  run(async () => {
    const semaphore = new Semaphore(0);
    const served = { count: 0 };
    let cancelled = 0;
    await taskGroup(async (group) => {
      const tasks = [];
      for (let i = 0; i < n; i++) tasks.push(group.spawn(waiter, semaphore, served));
      while (semaphore.statistics().waiting < n) await checkpoint();
      if (cancelling) for (let i = n - 1; i > 0; i -= 2, cancelled++) tasks[i].cancel();
      semaphore.release();
    });
    return served.count + cancelled;
  });

const spawnJoin = (child) => (n) =>
  run(() =>
    taskGroup(async (group) => {
      const tasks = [];
      for (let i = 0; i < n; i++) tasks.push(group.spawn(child, i));
      let s = 0;
      for (let i = 0; i < n; i++) s += await tasks[i].join();
      return s;
    }),
  );

export default {
  benches: {
    a_spawn_join: spawnJoin(ret),
    a2_spawn_yield_join: spawnJoin(retY),
    a3_spawn_await_seq: (n) =>
      run(() =>
        taskGroup(async (group) => {
          let s = 0;
          for (let i = 0; i < n; i++) s += await group.spawn(ret, i).join();
          return s;
        }),
      ),
    b_yield: (n) =>
      run(async () => {
        for (let i = 0; i < n; i++) await checkpoint();
        return n;
      }),
    b2_yield_io: (n) =>
      run(async () => {
        for (let i = 0; i < n; i++) await suspend(turn);
        return n;
      }),
    c_pingpong: (n) =>
      run(() => {
        const a = new Queue(Infinity);
        const b = new Queue(Infinity);
        const k = n / 2;
        return taskGroup(async (group) => {
          const t1 = group.spawn(async () => {
            let s = 0;
            for (let i = 0; i < k; i++) {
              a.putNowait(i);
              s += await b.get();
            }
            return s;
          });
          group.spawn(async () => {
            for (let i = 0; i < k; i++) b.putNowait((await a.get()) + 1);
          });
          return await t1.join();
        });
      }),
    d_sleep: (n) =>
      run(async () => {
        await taskGroup((group) => {
          for (let i = 0; i < n; i++) group.spawn(napper, i);
        });
        return n;
      }),
    e_cancel: (n, t) =>
      run(() =>
        taskGroup(async (group) => {
          const tasks = [];
          for (let i = 0; i < n; i++) tasks.push(group.spawn(longSleeper));
          await sleep(20);
          t.start();
          for (const task of tasks) task.cancel();
          await wait(tasks);
          t.stop();
          return tasks.filter((task) => task.cancelled()).length;
        }),
      ),
    f_deep_calls: (n) =>
      run(async () => {
        let s = 0;
        for (let i = 0; i < n; i++) s += await rec(50);
        return s;
      }),
    f2_deep_leaf: (n) => run(() => rec2(50, n)),
    f3_deep_calls_sync: (n) =>
      run(async () => {
        let s = 0;
        for (let i = 0; i < n; i++) s += await recS(50);
        return s;
      }),
    g_semaphore: (n) =>
      run(async () => {
        const semaphore = new Semaphore(100);
        let c = 0;
        async function job() {
          await semaphore.acquire();
          try {
            await checkpoint();
            c++;
          } finally {
            semaphore.release();
          }
        }
        await taskGroup((group) => {
          for (let i = 0; i < n; i++) group.spawn(job);
        });
        return c;
      }),
    g2_bounded_map: (n, t) =>
      run(async () => {
        let c = 0;
        const items = Array.from({ length: n }, (_, i) => i);
        t.start();
        await map(
          items,
          async (x) => {
            await checkpoint();
            c++;
            return x;
          },
          { concurrency: 100 },
        );
        return c;
      }),
    h_lock: (n) =>
      run(async () => {
        const lock = new Lock();
        let c = 0;
        for (let i = 0; i < n; i++) {
          await lock.acquire();
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
      run(() =>
        taskGroup({ cancellable: true }, async (group) => {
          for (let i = 0; i < n; i++) group.spawn(longSleeper);
          await sleep(20);
          t.measure();
          group.cancel();
        }),
      ),
  },
};
