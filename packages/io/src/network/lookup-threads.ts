// How many look-ups are with the system at a time. Each holds a thread of node's pool until the name service answers or gives up, which
// can take half a minute, and nothing can stop it. Those beyond the limit wait here, where one that is cancelled costs nothing.

/** One look-up: begun when there is room, it says when the system is done with it. */
export type LookupJob = () => void;

/** The threads of the system that look-ups by getaddrinfo may hold at once: `lookupThreads` is the process's own. */
export class LookupThreads {
  #limit: number;
  #running = 0;
  #begun = 0;
  readonly #waiting = new Set<LookupJob>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many look-ups may be with the system at once. May be set at any time: those for whom there is room then begin. */
  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    if (!(limit >= 0)) throw new RangeError(`Cannot use ${String(limit)} as a limit: it takes zero or more`);
    this.#limit = limit;
    this.#beginWaiting();
  }

  /** Begins the job now, or when its turn comes. It must call `finished` once. */
  submit(job: LookupJob): void {
    if (this.#running < this.#limit && this.#waiting.size === 0) this.#begin(job);
    else this.#waiting.add(job);
  }

  /** Takes back a job that has not begun. */
  withdraw(job: LookupJob): boolean {
    return this.#waiting.delete(job);
  }

  finished(): void {
    this.#running--;
    this.#beginWaiting();
  }

  #beginWaiting(): void {
    for (const job of this.#waiting) {
      if (this.#running >= this.#limit) return;
      this.#waiting.delete(job);
      this.#begin(job);
    }
  }

  #begin(job: LookupJob): void {
    this.#running++;
    this.#begun++;
    job();
  }

  statistics(): {
    readonly running: number;
    readonly waiting: number;
    readonly begun: number;
    readonly limit: number;
  } {
    return {
      running: this.#running,
      waiting: this.#waiting.size,
      begun: this.#begun,
      limit: this.#limit,
    };
  }
}

const poolSize = Number(process.env["UV_THREADPOOL_SIZE"]) || 4;

/** The budget of this process: half of the pool's threads, which is what libuv itself gives to look-ups. */
export const lookupThreads: LookupThreads = new LookupThreads(Math.ceil(poolSize / 2));
