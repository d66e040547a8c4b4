// How many file operations are with the system at a time. Node runs them on the few threads (four, unless UV_THREADPOOL_SIZE says
// otherwise) that DNS and crypto need as well: ten thousand reads at once would keep a look-up waiting until all are done.
//
// Two lanes, because two things are wanted. Quick jobs (open, read, stat ...) are handed over somewhat more than there are threads:
// to wake a thread that has run out of work costs more than the work. Slow ones (fsync, copying) leave a thread to others.

const poolSize = Number(process.env["UV_THREADPOOL_SIZE"]) || 4;

/** One operation: started when there is room, it says when the system is done with it. */
export type Job = () => void;

/** How a lane stands: how many operations the system has, how many wait here, and how many it may have. */
export interface LaneStatistics {
  readonly running: number;
  readonly waiting: number;
  readonly limit: number;
}

class Lane {
  limit: number;
  running = 0;
  readonly waiting = new Set<Job>();

  constructor(limit: number) {
    this.limit = limit;
  }

  submit(job: Job): void {
    if (this.running < this.limit && this.waiting.size === 0) {
      this.running++;
      job();
    } else this.waiting.add(job);
  }

  finished(): void {
    this.running--;
    for (const job of this.waiting) {
      if (this.running >= this.limit) return;
      this.waiting.delete(job);
      this.running++;
      job();
    }
  }

  statistics(): LaneStatistics {
    return { running: this.running, waiting: this.waiting.size, limit: this.limit };
  }
}

export class ThreadBudget {
  readonly #quick: Lane;
  readonly #slow: Lane;

  /** @param limit how many quick operations may be with the system at once; `slowLimit` is for the slow ones */
  constructor(limit: number, slowLimit: number = limit) {
    this.#quick = new Lane(limit);
    this.#slow = new Lane(slowLimit);
  }

  /** How many quick operations may be with the system at once. May be set at any time. */
  get limit(): number {
    return this.#quick.limit;
  }

  set limit(limit: number) {
    this.#quick.limit = limit;
  }

  /** How many slow operations may be with the system at once. May be set at any time. */
  get slowLimit(): number {
    return this.#slow.limit;
  }

  set slowLimit(limit: number) {
    this.#slow.limit = limit;
  }

  /** @internal Starts the job now, or when its turn comes. It must call `finished` once, with the same `slow`. */
  submit(job: Job, slow = false): void {
    (slow ? this.#slow : this.#quick).submit(job);
  }

  /** @internal Takes back a job that has not started. */
  withdraw(job: Job): boolean {
    return this.#quick.waiting.delete(job) || this.#slow.waiting.delete(job);
  }

  /** @internal */
  finished(slow = false): void {
    (slow ? this.#slow : this.#quick).finished();
  }

  statistics(): LaneStatistics & { readonly slow: LaneStatistics } {
    return { ...this.#quick.statistics(), slow: this.#slow.statistics() };
  }
}

/** The budget of this process. Operations beyond it wait in order, and can be cancelled there. */
export const fileThreads: ThreadBudget = new ThreadBudget(4 * poolSize, Math.max(1, poolSize - 1));
