// The pool of workers under an executor: piscina, started when first needed, and each worker's port for what is no plain answer.
import { AsyncResource } from "node:async_hooks";
import { createRequire } from "node:module";
import type { MessagePort, Transferable } from "node:worker_threads";
import type * as piscina from "piscina";
import { IdleThreads } from "./idle-threads.ts";
import type { CallMessage, FromThread, Greeting } from "./messages.ts";
import { PendingCalls } from "./pending-calls.ts";
import type { ThreadJob } from "./thread-job.ts";

/** What a thread can be told and heard by, beside the pool. */
export interface Side {
  readonly port: MessagePort;
  readonly cancelled: Int32Array;
  /** Answers that are still to come by the port: it keeps the process alive for as long. */
  expected: number;
}

export interface PoolOptions {
  readonly idleTimeout: number;
  readonly resourceLimits: object | undefined;
  readonly env: NodeJS.ProcessEnv | undefined;
  readonly execArgv: string[] | undefined;
}

/** Whom the pool tells what happens to it. */
export interface PoolOwner {
  /** The job of that id, while it is in the pool. */
  job(id: number): ThreadJob | undefined;
  /** How many calls have tokens, the one that is being sent among them. */
  readonly running: number;
  /** Whether a thread has a call, or one waits for a thread that has just started. */
  needs(threadId: number): boolean;
  /** The pool has an idle thread for a call that lay ready: whether the call gets a token. `before` is what the thread had. */
  admitAhead(job: ThreadJob, before: ThreadJob | undefined): boolean;
  /** A thread is gone, and has said all that it will say. */
  gone(threadId: number): void;
  /** A worker died although no call was in it. */
  died(error: unknown): void;
  /** No worker is left, and none is coming. */
  noneLeft(cause: unknown): void;
}

/** Our module in the threads, built or not as this one is. */
const entry = new URL(`./inside/worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

// Workers and their ports outlast the call that they were made for: they must not keep its context.
const root = new AsyncResource("CorioThreads", { requireManualDestroy: true });

/** Loaded when it is first needed, and at once: a wait for it would be one that nothing in hand accounts for. */
const load = createRequire(import.meta.url);

export class ThreadPool {
  readonly #pool: piscina.Piscina<CallMessage, unknown>;
  readonly #settings: { maxThreads: number };
  readonly #owner: PoolOwner;
  readonly #sides = new Map<number, Side>();
  /** Threads that are being ended. */
  readonly #dying = new Set<number>();
  /** Those of them that had no call, and so no token. */
  #retiring = 0;
  readonly #idle: IdleThreads;
  readonly #pending = new PendingCalls();
  /** What each thread was given last, while that is not over. */
  readonly #calls = new Map<number, ThreadJob>();
  /** Why the last worker that died did so. */
  #lastError: unknown;

  // No type of the pool's in the declarations: a program that checks those of its packages would have to compile piscina's.
  constructor(options: PoolOptions, owner: PoolOwner) {
    const { Piscina: Pool } = load("piscina") as typeof piscina;
    this.#owner = owner;
    const { resourceLimits, env, execArgv, idleTimeout } = options;
    const pool = root.runInAsyncScope(
      () =>
        new Pool({
          filename: entry.href,
          minThreads: 0,
          // Ours are looked after here.
          idleTimeout: Infinity,
          recordTiming: false,
          taskQueue: this.#pending as unknown as piscina.TaskQueue,
          // What finds no thread stays where it was.
          stricterFIFO: true,
          loadBalancer: (_task, workers) => this.#choose(workers),
          ...(resourceLimits === undefined ? {} : { resourceLimits }),
          ...(env === undefined ? {} : { env }),
          ...(execArgv === undefined ? {} : { execArgv }),
        }),
    );
    this.#pool = pool;
    this.#idle = new IdleThreads(idleTimeout, (threadId) => this.#retire(threadId));
    this.#settings = pool.options;
    pool.on("message", (message: Partial<Greeting> | null) => {
      const greeting = typeof message === "object" ? message?.["corio.thread"] : undefined;
      if (greeting !== undefined) this.#greeted(greeting, owner);
    });
    pool.on("error", (error: unknown) => {
      this.#lastError = error;
      owner.died(error);
    });
    pool.on("workerDestroy", () => {
      // Told before the error is.
      void Promise.resolve().then(() => {
        if (this.workers === 0) owner.noneLeft(this.#lastError);
        this.#lastError = undefined;
      });
    });
  }

  /** How many workers there are, those that start among them. */
  get workers(): number {
    return this.#pool.threads.length;
  }

  side(threadId: number): Side | undefined {
    return this.#sides.get(threadId);
  }

  /** Whether the thread of that number lives, and may take calls. */
  has(threadId: number): boolean {
    return this.#pool.threads.some((one) => one.threadId === threadId);
  }

  /** Ends a thread. False where there is none of that number. */
  terminate(threadId: number, ended: () => void): boolean {
    const worker = this.#pool.threads.find((one) => one.threadId === threadId);
    if (worker === undefined) return false;
    this.#dying.add(threadId);
    worker.once("exit", () => {
      this.#dying.delete(threadId);
      ended();
    });
    void worker.terminate();
    return true;
  }

  /** Hands a job to the pool, which tells it how it ended. */
  run(job: ThreadJob, message: CallMessage, transfers: Transferable[] | undefined): void {
    this.#pending.current = job;
    this.#pending.handed = "now";
    const { running } = this.#owner;
    const enough = running <= this.#sides.size - this.#dying.size;
    // The limiter decides how many calls there are: there is a worker for each, so none waits behind another, and no more. Where there are
    // enough, the pool is not to believe that it is full: it would tell of it each time.
    this.#settings.maxThreads = running + this.#retiring + (enough ? 1 : 0);
    try {
      if (enough) runIn(this.#pool, job, message, transfers);
      else root.runInAsyncScope(runIn, undefined, this.#pool, job, message, transfers);
    } catch (error) {
      // A worker could not even be made: what the pool has promised for the call, nobody can hear.
      this.withdraw(job);
      throw error;
    } finally {
      this.#pending.handed = null;
    }
  }

  /** Calls that lie ready in the pool. */
  get ahead(): number {
    return this.#pending.ahead;
  }

  /** Hands a job to the pool that has no token yet. It lies ready for the thread whose call ends next. */
  runAhead(job: ThreadJob, message: CallMessage, transfers: Transferable[] | undefined): void {
    this.#pending.current = job;
    this.#pending.handed = "ahead";
    this.#settings.maxThreads = NO_THREAD;
    try {
      runIn(this.#pool, job, message, transfers);
    } finally {
      this.#pending.handed = null;
    }
  }

  /** Takes a job back that no worker has. */
  withdraw(job: ThreadJob): void {
    this.#pending.withdraw(job);
  }

  /** A thread's call is over. */
  left(job: ThreadJob): void {
    const { threadId } = job;
    // It may have been given another one already.
    if (threadId === 0 || this.#calls.get(threadId) !== job) return;
    this.#calls.delete(threadId);
    if (this.#sides.has(threadId) && !this.#dying.has(threadId)) this.#idle.add(threadId);
  }

  #retire(threadId: number): void {
    if (this.#owner.needs(threadId)) this.#idle.add(threadId);
    else if (this.terminate(threadId, () => this.#retiring--)) this.#retiring++;
  }

  /** Ends all threads, and waits until they have. */
  async destroy(): Promise<void> {
    this.#idle.stop();
    await this.#pool.destroy();
  }

  /** The first idle worker; the job learns which. */
  #choose(workers: readonly PoolWorker[]): never {
    for (const worker of workers) {
      const { id } = worker;
      if (worker.currentUsage !== 0 || this.#dying.has(id)) continue;
      const job = this.#pending.current!;
      if (!job.hasToken && !this.#owner.admitAhead(job, this.#calls.get(id))) break;
      job.threadId = id;
      this.#calls.set(id, job);
      this.#idle.delete(id);
      return worker as never;
    }
    if (!this.#pending.current!.hasToken) this.#settings.maxThreads = NO_THREAD;
    return null as never;
  }

  #greeted({ threadId, port, cancelled }: Greeting["corio.thread"], owner: PoolOwner): void {
    this.#sides.set(threadId, { port, cancelled, expected: 0 });
    // It may have no call: whoever it was started for was cancelled.
    this.#idle.add(threadId);
    port.on("message", (message: FromThread) => owner.job(message.id)?.heard(message));
    port.on("close", () => {
      this.#sides.delete(threadId);
      this.#idle.delete(threadId);
      this.#calls.delete(threadId);
      owner.gone(threadId);
    });
    // The pool's own ports keep the process alive while a call runs.
    port.unref();
  }
}

function runIn(
  pool: piscina.Piscina<CallMessage, unknown>,
  job: ThreadJob,
  message: CallMessage,
  transferList: Transferable[] | undefined,
): void {
  // The pool copies its options, and has more of its own than none.
  const answer = pool.run(message, transferList === undefined ? NO_OPTIONS : { transferList });
  answer.then(
    (value) => job.returned(value),
    (error: unknown) => job.threw(error),
  );
}

const NO_OPTIONS = {};

/** As many threads as the pool may have, where it is to start none: for a call that lies ready. */
const NO_THREAD = 0;

interface PoolWorker {
  readonly id: number;
  readonly currentUsage: number;
}
