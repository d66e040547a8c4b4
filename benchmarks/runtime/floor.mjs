// A minimal own-scheduler runtime (the floor for "generators + own queue"): ring ready queue, timer
// heap behind ONE setTimeout, budgeted drain in a setImmediate so that I/O is never starved, tasks with
// parent/children, throw-in cancellation.  What a generator yields:
//   undefined      -> go to the back of the ready queue
//   function(task) -> park; the function keeps a way to call task.wake(v) / task.wakeErr(e); it may
//                     return a function that undoes the wait if the task is cancelled
//   a generator    -> call it (explicit stack; the alternative to yield*)
export class Cancelled extends Error {
  get name() {
    return "Cancelled";
  }
}
function mkCancelled() {
  const l = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const e = new Cancelled("cancelled");
  Error.stackTraceLimit = l;
  return e;
} // no stack capture
const BUDGET = 4096;
let ring = new Array(1024),
  mask = 1023,
  head = 0,
  tail = 0,
  scheduled = false;
function enqueue(t) {
  ring[tail] = t;
  tail = (tail + 1) & mask;
  if (tail === head) grow();
  if (!scheduled) {
    scheduled = true;
    queueMicrotask(drain);
  }
}
function grow() {
  const old = ring,
    len = old.length,
    nr = new Array(len * 2);
  for (let i = 0; i < len; i++) nr[i] = old[(head + i) & mask];
  ring = nr;
  mask = nr.length - 1;
  head = 0;
  tail = len;
}
function drain() {
  let budget = BUDGET;
  while (head !== tail) {
    const t = ring[head];
    ring[head] = undefined;
    head = (head + 1) & mask;
    step(t);
    if (--budget === 0) {
      setImmediate(drain);
      return;
    }
  }
  scheduled = false;
}
export class Task {
  gen;
  stack = null;
  value = undefined;
  mode = 0; // 0 next, 1 throw
  undo = null;
  done = false;
  result = undefined;
  error = null;
  waiters = null;
  parent = null;
  cancelReq = false;
  queued = false;
  kid = null;
  prev = null;
  next = null; // intrusive list of children
  constructor(gen, parent) {
    this.gen = gen;
    this.parent = parent;
    if (parent !== null) {
      const k = parent.kid;
      this.next = k;
      if (k !== null) k.prev = this;
      parent.kid = this;
    }
  }
  wake(v) {
    if (this.done || this.queued) return;
    this.undo = null;
    this.value = v;
    this.mode = 0;
    this.queued = true;
    enqueue(this);
  }
  wakeErr(e) {
    if (this.done || this.queued) return;
    this.undo = null;
    this.value = e;
    this.mode = 1;
    this.queued = true;
    enqueue(this);
  }
  cancel() {
    if (this.done || this.cancelReq) return;
    this.cancelReq = true;
    if (this.undo) {
      const u = this.undo;
      this.undo = null;
      u();
    }
    if (this.queued) {
      this.mode = 1;
      this.value = mkCancelled();
    } else this.wakeErr(mkCancelled());
  }
}
let current = null;
function finish(t, err, val) {
  t.done = true;
  t.error = err;
  t.result = val;
  t.gen = null;
  const p = t.parent;
  if (p !== null) {
    if (t.prev !== null) t.prev.next = t.next;
    else p.kid = t.next;
    if (t.next !== null) t.next.prev = t.prev;
    t.prev = t.next = t.parent = null;
  }
  const w = t.waiters;
  t.waiters = null;
  if (w !== null) for (let i = 0; i < w.length; i++) w[i](t);
}
function step(t) {
  t.queued = false;
  if (t.done) return;
  current = t;
  let mode = t.mode,
    v = t.value;
  t.mode = 0;
  t.value = undefined;
  for (;;) {
    let r;
    try {
      r = mode === 0 ? t.gen.next(v) : t.gen.throw(v);
    } catch (e) {
      if (t.stack !== null && t.stack.length > 0) {
        t.gen = t.stack.pop();
        mode = 1;
        v = e;
        continue;
      }
      return finish(t, e, undefined);
    }
    if (r.done) {
      if (t.stack !== null && t.stack.length > 0) {
        t.gen = t.stack.pop();
        mode = 0;
        v = r.value;
        continue;
      }
      return finish(t, null, r.value);
    }
    const y = r.value;
    if (y === undefined) {
      t.queued = true;
      enqueue(t);
      return;
    }
    if (typeof y === "function") {
      const u = y(t);
      if (!t.queued) t.undo = u ?? null;
      return;
    }
    (t.stack ??= []).push(t.gen);
    t.gen = y;
    mode = 0;
    v = undefined;
  }
}
export function spawn(gen) {
  const t = new Task(gen, current);
  t.queued = true;
  enqueue(t);
  return t;
}
export function* join(t) {
  if (!t.done)
    yield (me) => {
      const f = (x) => me.wake(x);
      (t.waiters ??= []).push(f);
      return () => {
        const i = t.waiters?.indexOf(f) ?? -1;
        if (i >= 0) t.waiters.splice(i, 1);
      };
    };
  if (t.error) throw t.error;
  return t.result;
}
export function* yieldNow() {
  yield undefined;
}
export function* yieldIO() {
  yield (t) => {
    const h = setImmediate(() => t.wake());
    return () => clearImmediate(h);
  };
}
// timers: binary heap, lazy deletion, one host timer
const heap = [];
let hostTimer = null,
  hostAt = Infinity;
function push(e) {
  let i = heap.length;
  heap.push(e);
  while (i > 0) {
    const p = (i - 1) >> 1;
    if (heap[p].at < e.at || (heap[p].at === e.at && heap[p].seq < e.seq)) break;
    heap[i] = heap[p];
    i = p;
  }
  heap[i] = e;
}
function pop() {
  const top = heap[0],
    e = heap.pop();
  const n = heap.length;
  if (n > 0) {
    let i = 0;
    for (;;) {
      let c = 2 * i + 1;
      if (c >= n) break;
      if (
        c + 1 < n &&
        (heap[c + 1].at < heap[c].at || (heap[c + 1].at === heap[c].at && heap[c + 1].seq < heap[c].seq))
      )
        c++;
      if (heap[c].at > e.at || (heap[c].at === e.at && heap[c].seq > e.seq)) break;
      heap[i] = heap[c];
      i = c;
    }
    heap[i] = e;
  }
  return top;
}
let seq = 0,
  dead = 0;
function arm() {
  while (heap.length && heap[0].task === null) {
    pop();
    dead--;
  }
  if (!heap.length) {
    if (hostTimer) {
      clearTimeout(hostTimer);
      hostTimer = null;
      hostAt = Infinity;
    }
    return;
  }
  const at = heap[0].at;
  if (at >= hostAt) return;
  if (hostTimer) clearTimeout(hostTimer);
  hostAt = at;
  hostTimer = setTimeout(fire, Math.max(0, Math.ceil(at - performance.now())));
}
function fire() {
  hostTimer = null;
  hostAt = Infinity;
  const now = performance.now() + 0.5;
  while (heap.length && heap[0].at <= now) {
    const e = pop();
    if (e.task) e.task.wake();
    else dead--;
  }
  arm();
}
export function* sleep(ms) {
  yield (t) => {
    const e = { at: performance.now() + ms, seq: seq++, task: t };
    push(e);
    if (e.at < hostAt) arm();
    return () => {
      e.task = null;
      dead++;
      if (dead > 64 && dead > heap.length >> 1) {
        const live = heap.filter((x) => x.task);
        heap.length = 0;
        for (const x of live) push(x);
        dead = 0;
        if (!heap.length) arm();
      }
    };
  };
}
class Fifo {
  a = [];
  h = 0;
  get size() {
    return this.a.length - this.h;
  }
  push(x) {
    this.a.push(x);
  }
  shift() {
    if (this.h >= this.a.length) return undefined;
    const v = this.a[this.h];
    this.a[this.h++] = undefined;
    if (this.h > 1024 && this.h * 2 > this.a.length) {
      this.a = this.a.slice(this.h);
      this.h = 0;
    }
    return v;
  }
  delete(x) {
    const i = this.a.indexOf(x, this.h);
    if (i >= 0) this.a.splice(i, 1);
  }
}
export class Queue {
  items = new Fifo();
  takers = new Fifo();
  put(v) {
    const t = this.takers.shift();
    if (t) t.wake(v);
    else this.items.push(v);
  }
  *get() {
    if (this.items.size > 0) return this.items.shift();
    return yield (t) => {
      this.takers.push(t);
      return () => this.takers.delete(t);
    };
  }
}
export class Semaphore {
  w = new Fifo();
  constructor(n) {
    this.n = n;
  }
  *acquire() {
    if (this.n > 0) {
      this.n--;
      return;
    }
    yield (t) => {
      this.w.push(t);
      return () => this.w.delete(t);
    };
  }
  release() {
    const t = this.w.shift();
    if (t) t.wake();
    else this.n++;
  }
}
export function run(gen) {
  return new Promise((res, rej) => {
    const save = current;
    current = null;
    const t = spawn(gen);
    current = save;
    (t.waiters ??= []).push((x) => (x.error ? rej(x.error) : res(x.result)));
  });
}
