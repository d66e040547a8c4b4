// How many file operations are with the system at a time. Node runs them on the few threads (four, unless UV_THREADPOOL_SIZE says
// otherwise) that DNS and crypto need as well: ten thousand reads at once would keep a look-up waiting until all are done.

const poolSize = Number(process.env["UV_THREADPOOL_SIZE"]) || 4;

/** One operation: started when there is room, it says when the system is done with it. */
export type Job = () => void;

export class ThreadBudget {
  /** How many operations may be with the system at once. May be set at any time. */
  limit: number;
  #running = 0;
  readonly #waiting = new Set<Job>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Starts the job now, or when its turn comes. It must call `finished` once. */
  submit(job: Job): void {
    if (this.#running < this.limit && this.#waiting.size === 0) {
      this.#running++;
      job();
    } else this.#waiting.add(job);
  }

  /** Takes back a job that has not started. */
  withdraw(job: Job): boolean {
    return this.#waiting.delete(job);
  }

  finished(): void {
    this.#running--;
    for (const job of this.#waiting) {
      if (this.#running >= this.limit) return;
      this.#waiting.delete(job);
      this.#running++;
      job();
    }
  }

  statistics(): { readonly running: number; readonly waiting: number; readonly limit: number } {
    return { running: this.#running, waiting: this.#waiting.size, limit: this.limit };
  }
}

/** The budget of this process: one thread is left to others. Operations beyond it wait in order, and can be cancelled there. */
export const fileThreads: ThreadBudget = new ThreadBudget(Math.max(1, poolSize - 1));
