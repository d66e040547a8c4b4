// The inside of a ThreadExecutor: its pool, its limiter, who is in it, and how it ends.
import { Event, fromPromise, type CapacityLimiter, type Coroutine, type Scope } from "corio";
import { realHost, WaitQueue } from "corio/lowlevel";
import { ExecutorClosedError } from "../errors.ts";
import type { ExecutorStatistics, OnCancel } from "./executor.ts";
import type { JobOwner, ThreadJob } from "./thread-job.ts";
import { ThreadLimiter } from "./thread-limiter.ts";
import { ThreadPool, type PoolOptions, type PoolOwner } from "./thread-pool.ts";

export interface CoreOptions extends PoolOptions {
  readonly name: string;
  readonly workers: number;
  /** In place of one of its own. */
  readonly limiter: CapacityLimiter | undefined;
  readonly onCancel: OnCancel;
}

export class ExecutorCore implements JobOwner, PoolOwner {
  readonly name: string;
  readonly limiter: CapacityLimiter;
  readonly onCancel: OnCancel;
  /** Jobs that wait for a token of the executor's own limiter. */
  readonly waiting: WaitQueue<unknown> = new WaitQueue();
  readonly sent: WaitQueue<unknown> = new WaitQueue();
  /** Calls that wait for a token of another limiter: the scopes that they do it in. */
  readonly elsewhere: Set<Scope> = new Set();
  readonly #options: CoreOptions;
  readonly #own: ThreadLimiter | null;
  readonly #madeAt: number = realHost.now();
  /** Jobs whose callers have left, and that still have their threads. */
  readonly #leftBehind = new Set<ThreadJob>();
  #pool: ThreadPool | null = null;
  #admitting = false;
  #running = 0;
  #completed = 0;
  #failed = 0;
  #cancelled = 0;
  #crashed = 0;
  #busy = 0;
  /** Takes no calls any more. */
  #closing = false;
  #abortReason: string | null = null;
  /** Set when nobody is in it, while it closes. */
  #empty: Event | null = null;
  #destroyed: Promise<void> | null = null;

  constructor(options: CoreOptions) {
    this.#options = options;
    this.name = options.name;
    this.onCancel = options.onCancel;
    this.#own = options.limiter === undefined ? new ThreadLimiter(options.workers) : null;
    if (this.#own !== null) this.#own.freed = () => this.#admitNext();
    this.limiter = this.#own ?? options.limiter!;
  }

  /** Whether jobs wait for its tokens in this executor. */
  isOwnLimiter(limiter: CapacityLimiter): boolean {
    return limiter === this.#own;
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** What a call fails with that is not made any more; null where calls are. */
  abortError(): ExecutorClosedError | null {
    return this.#abortReason === null ? null : this.#ended(this.#abortReason);
  }

  get started(): boolean {
    return this.#pool !== null;
  }

  get pool(): ThreadPool {
    return this.#pool!;
  }

  /** Makes the pool, if there is none. No thread is started before there is a call for it. */
  start(): void {
    this.#pool ??= new ThreadPool(this.#options, this);
  }

  refuseClosed(): void {
    if (this.#closing)
      throw new ExecutorClosedError(`Cannot send a call: the executor ${this.name} is closed`);
  }

  // What jobs say.

  admit(job: ThreadJob): boolean {
    if (this.waiting.size === 0 && this.limiter.tryAcquire(job)) return (job.hasToken = true);
    const { ahead } = this.pool;
    if (ahead === this.waiting.size && ahead < this.#running) job.lieReady();
    return false;
  }

  admitAhead(job: ThreadJob, before: ThreadJob | undefined): boolean {
    // The token is for the job that lay ready, which is the first that waits for one.
    this.#admitting = true;
    if (before !== undefined && this.isOwnLimiter(before.options.limiter)) this.#free(before);
    job.hasToken = this.limiter.tryAcquire(job);
    this.#admitting = false;
    if (job.hasToken) job.taken();
    return job.hasToken;
  }

  /** Whoever is next is sent before its caller runs: no thread stands idle meanwhile. */
  #admitNext(): void {
    // One that cannot be sent gives its token back at once: that is seen by the loop below, not in another one inside.
    if (this.#admitting) return;
    this.#admitting = true;
    for (;;) {
      const next = this.waiting.peek() as ThreadJob | null;
      if (next === null || !this.limiter.tryAcquire(next)) break;
      next.hasToken = true;
      this.waiting.remove(next);
      next.admitted();
    }
    this.#admitting = false;
  }

  began(job: ThreadJob): void {
    this.#running++;
    job.since = realHost.now();
  }

  /** A call was cancelled before it was a wait. */
  withdrawn(): void {
    this.#cancelled++;
    this.noteLeft();
  }

  deserted(job: ThreadJob): void {
    this.#cancelled++;
    if (job.since !== 0) this.#leftBehind.add(job);
    else this.noteLeft();
  }

  settled(ok: boolean): void {
    if (ok) this.#completed++;
    else this.#failed++;
  }

  over(job: ThreadJob): void {
    if (job.isDeserted) this.#leftBehind.delete(job);
    this.pool.left(job);
    this.#free(job);
    this.#layReady();
    this.noteLeft();
  }

  /** The thread is done with the job, though its caller may not have been told yet. */
  #free(job: ThreadJob): void {
    if (!job.hasToken) return;
    job.hasToken = false;
    this.#running--;
    this.#busy += realHost.now() - job.since;
    job.options.limiter.release(job);
  }

  /** As many as are running lie ready, so that no thread has to wait for the next. */
  #layReady(): void {
    const { ahead } = this.pool;
    if (ahead >= this.#running || ahead >= this.waiting.size) return;
    let next = this.waiting.peek() as ThreadJob;
    while (next.isAhead) next = next.after as ThreadJob;
    next.lieReady();
  }

  /** Somebody is out of it. */
  noteLeft(): void {
    if (this.#empty !== null && this.#running === 0 && this.#queued === 0) this.#empty.set();
  }

  get #queued(): number {
    return this.waiting.size + this.elsewhere.size;
  }

  crashed(): void {
    this.#crashed++;
  }

  // What the pool says.

  job(id: number): ThreadJob | undefined {
    return this.#jobs().find((job) => job.options.id === id);
  }

  get running(): number {
    return this.#running;
  }

  needs(threadId: number): boolean {
    return this.#jobs().some((job) => job.threadId === threadId || job.threadId === 0);
  }

  gone(threadId: number): void {
    for (const job of this.#jobs()) if (job.threadId === threadId) job.threadGone();
  }

  died(error: unknown): void {
    this.#crashed++;
    if (this.#jobs().some((job) => job.threadId === 0)) return;
    realHost.warn(`corio: an idle thread of ${this.name} died of an error that nobody caught`, error);
  }

  noneLeft(cause: unknown): void {
    for (const job of this.#jobs()) if (job.threadId === 0) job.startFailed(cause);
  }

  /** All that are in the pool. */
  #jobs(): ThreadJob[] {
    return [...this.#leftBehind, ...all(this.sent)];
  }

  // The end.

  /** Takes no further calls, waits until all are over, and ends the threads. */
  *close(): Coroutine<void> {
    this.#closing = true;
    if (this.#running > 0 || this.#queued > 0) yield* (this.#empty ??= new Event()).wait();
    yield* fromPromise(this.#destroy());
  }

  /** Ends everything now: what is waited for fails. */
  abort(reason: string): void {
    this.#closing = true;
    this.#abortReason ??= reason;
    const jobs = this.#jobs();
    for (const scope of this.elsewhere) scope.cancel(reason);
    for (const job of all(this.waiting)) job.failHere(this.#ended(reason));
    for (const job of jobs) {
      if (job.isDeserted) job.stop();
      else job.failHere(this.#ended(reason));
    }
    this.noteLeft();
    void this.#destroy();
  }

  #ended(reason: string): ExecutorClosedError {
    return new ExecutorClosedError(`The call was ended with its executor, ${this.name}: ${reason}`);
  }

  #destroy(): Promise<void> {
    return (this.#destroyed ??= this.#pool === null ? Promise.resolve() : this.#pool.destroy());
  }

  statistics(): ExecutorStatistics {
    const now = realHost.now();
    const busy = this.#jobs().reduce((sum, job) => sum + now - job.since, this.#busy);
    const capacity = (now - this.#madeAt) * this.limiter.total;
    return {
      name: this.name,
      queued: this.#queued,
      running: this.#running,
      completed: this.#completed,
      failed: this.#failed,
      cancelled: this.#cancelled,
      crashed: this.#crashed,
      workers: this.#pool === null ? 0 : this.#pool.workers,
      utilisation: capacity > 0 ? Math.min(1, busy / capacity) : 0,
      closed: this.#closing,
    };
  }
}

/** A copy: who is told may leave. */
function all(queue: WaitQueue<unknown>): ThreadJob[] {
  const jobs: ThreadJob[] = [];
  for (let job = queue.peek(); job !== null; job = job.after) jobs.push(job as ThreadJob);
  return jobs;
}
