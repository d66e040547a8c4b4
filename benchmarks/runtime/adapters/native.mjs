// Plain promises and async functions, hand-written queue / semaphore / mutex as people write them.
/* oxlint-disable typescript/await-thenable -- `await undefined` is how promises let others run */
import { setTimeout as sleepP } from "node:timers/promises";
const io = () => new Promise((r) => setImmediate(r));
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
class Queue {
  items = [];
  head = 0;
  waiters = [];
  wh = 0;
  put(v) {
    if (this.wh < this.waiters.length) {
      const w = this.waiters[this.wh++];
      if (this.wh > 1024) {
        this.waiters = this.waiters.slice(this.wh);
        this.wh = 0;
      }
      w(v);
    } else this.items.push(v);
  }
  get() {
    if (this.head < this.items.length) {
      const v = this.items[this.head++];
      if (this.head > 1024) {
        this.items = this.items.slice(this.head);
        this.head = 0;
      }
      return Promise.resolve(v);
    }
    return new Promise((r) => this.waiters.push(r));
  }
}
class Semaphore {
  constructor(n) {
    this.n = n;
    this.waiters = [];
    this.h = 0;
  }
  acquire() {
    if (this.n > 0) {
      this.n--;
      return Promise.resolve();
    }
    return new Promise((r) => this.waiters.push(r));
  }
  release() {
    if (this.h < this.waiters.length) {
      const w = this.waiters[this.h];
      this.waiters[this.h++] = undefined;
      w();
    } else this.n++;
  }
}
async function ret(i) {
  return i;
}
async function retY(i) {
  await undefined;
  return i;
}
async function rec(d) {
  if (d === 0) {
    await undefined;
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
    for (let i = 0; i < n; i++) await undefined;
    return 1;
  }
  return 1 + (await rec2(d - 1, n));
}
const waiters = async (n) => {
  const sem = new Semaphore(0);
  let c = 0;
  const job = async () => {
    await sem.acquire();
    c++;
    sem.release();
  };
  const ps = [];
  for (let i = 0; i < n; i++) ps.push(job());
  sem.release();
  await Promise.all(ps);
  return c;
};
export default {
  benches: {
    async a_spawn_join(n) {
      const ps = [];
      for (let i = 0; i < n; i++) ps.push(ret(i));
      let s = 0;
      for (const v of await Promise.all(ps)) s += v;
      return s;
    },
    async a2_spawn_yield_join(n) {
      const ps = [];
      for (let i = 0; i < n; i++) ps.push(retY(i));
      let s = 0;
      for (const v of await Promise.all(ps)) s += v;
      return s;
    },
    async a3_spawn_await_seq(n) {
      let s = 0;
      for (let i = 0; i < n; i++) s += await ret(i);
      return s;
    },
    async b_yield(n) {
      for (let i = 0; i < n; i++) await undefined;
      return n;
    },
    async b2_yield_io(n) {
      for (let i = 0; i < n; i++) await io();
      return n;
    },
    async c_pingpong(n) {
      const a = new Queue(),
        b = new Queue();
      const k = n / 2;
      const t1 = (async () => {
        let s = 0;
        for (let i = 0; i < k; i++) {
          a.put(i);
          s += await b.get();
        }
        return s;
      })();
      const t2 = (async () => {
        for (let i = 0; i < k; i++) {
          b.put((await a.get()) + 1);
        }
      })();
      await t2;
      return await t1;
    },
    async d_sleep(n) {
      const ps = [];
      for (let i = 0; i < n; i++)
        ps.push(
          (async () => {
            await sleep(10);
            return i;
          })(),
        );
      return (await Promise.all(ps)).length;
    },
    async e_cancel(n, t) {
      const acs = [],
        ps = [];
      for (let i = 0; i < n; i++) {
        const ac = new AbortController();
        acs.push(ac);
        ps.push(
          (async () => {
            await sleepP(3_600_000, undefined, { signal: ac.signal });
          })(),
        );
      }
      const all = Promise.allSettled(ps);
      await sleep(20);
      t.start();
      for (const ac of acs) ac.abort();
      const rs = await all;
      t.stop();
      return rs.filter((r) => r.status === "rejected").length;
    },
    async f_deep_calls(n) {
      let s = 0;
      for (let i = 0; i < n; i++) s += await rec(50);
      return s;
    },
    async f2_deep_leaf(n) {
      return await rec2(50, n);
    },
    async f3_deep_calls_sync(n) {
      let s = 0;
      for (let i = 0; i < n; i++) s += await recS(50);
      return s;
    },
    async g_semaphore(n) {
      const sem = new Semaphore(100);
      let c = 0;
      const job = async () => {
        await sem.acquire();
        try {
          await undefined;
          c++;
        } finally {
          sem.release();
        }
      };
      const ps = [];
      for (let i = 0; i < n; i++) ps.push(job());
      await Promise.all(ps);
      return c;
    },
    async g2_bounded_map(n) {
      // worker-pool idiom
      let i = 0,
        c = 0;
      const job = async (x) => {
        await undefined;
        c++;
        return x;
      };
      const out = new Array(n);
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          while (i < n) {
            const k = i++;
            out[k] = await job(k);
          }
        }),
      );
      return c;
    },
    async h_lock(n) {
      const m = new Semaphore(1);
      let c = 0;
      for (let i = 0; i < n; i++) {
        await m.acquire();
        try {
          c++;
        } finally {
          m.release();
        }
      }
      return c;
    },
    i_waiters_10k: waiters,
    i_waiters_100k: waiters,
    i_waiters_1m: waiters,
    async m_mem(n, t) {
      const acs = [],
        ps = [];
      for (let i = 0; i < n; i++) {
        const ac = new AbortController();
        acs.push(ac);
        ps.push(
          (async () => {
            await sleepP(3_600_000, undefined, { signal: ac.signal });
          })(),
        );
      }
      const all = Promise.allSettled(ps);
      await sleep(20);
      t.measure();
      for (const ac of acs) ac.abort();
      await all;
    },
  },
};
