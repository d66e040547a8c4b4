// One call: what its caller waits for, first for a token and then for the result, and in whose name the token is held.
import type { Transferable } from "node:worker_threads";
import { Event, type Awaitable, type CapacityLimiter } from "corio";
import { QueuedWait, type WaitQueue, type WaitTarget } from "corio/lowlevel";
import { requested, type CallerSide } from "./caller-side.ts";
import type { OnCancel } from "./executor.ts";
import type { FunctionRecord, Site } from "./function-record.ts";
import type { CallMessage, FromThread } from "./messages.ts";
import { isSent } from "./sent-error.ts";
import type { ThreadPool } from "./thread-pool.ts";

/** What a job needs of its executor. */
export interface JobOwner {
  readonly name: string;
  readonly pool: ThreadPool;
  /** The jobs that wait for a token, and those that were sent and are waited for. */
  readonly waiting: WaitQueue<unknown>;
  readonly sent: WaitQueue<unknown>;
  /** Takes a token for the job, if it is its turn. If not, the job may lie ready in the pool while it waits. */
  admit(job: ThreadJob): boolean;
  /** The job, which has a token, is given to the pool. */
  began(job: ThreadJob): void;
  /** Its caller was cancelled; the job may go on. */
  deserted(job: ThreadJob): void;
  /** Somebody was given what the call came to. */
  settled(ok: boolean): void;
  /** The thread of the job died by itself. */
  crashed(): void;
  /** The job is out of its thread, or the thread is gone: its token is free. */
  over(job: ThreadJob): void;
}

/** How a call is made, besides what is sent. */
export interface JobOptions {
  readonly id: number;
  readonly record: FunctionRecord;
  /** Where the call was made, if that was noted. */
  readonly site: Site | null;
  readonly onCancel: OnCancel;
  readonly limiter: CapacityLimiter;
  /** Who hears the function while it runs; null for nobody. */
  readonly caller: CallerSide | null;
  readonly transfers: Transferable[] | undefined;
}

/** An answer that does not come by the pool. */
type Aside = Extract<FromThread, { value: unknown } | { error: unknown }>;

export class ThreadJob extends QueuedWait<unknown> {
  readonly message: CallMessage;
  readonly options: JobOptions;
  /** Whether a token is held in its name. */
  hasToken = false;
  /** It has no token, and lies ready in the pool. */
  isAhead = false;
  /** When it was sent. */
  since = 0;
  /** The thread that it was given to; 0 before. */
  threadId = 0;
  /** Its caller was cancelled. */
  isDeserted = false;
  /** What it failed with is an error of this side, not a word of the thread. */
  isOwnFailure = false;
  /** Its thread has died of itself. */
  hasCrashed = false;
  /** What it threw after its caller was cancelled, where that is more than the cancellation. */
  lateFailure: { readonly thrown: unknown } | null = null;
  readonly #owner: JobOwner;
  #isSent = false;
  #stopping = false;
  #ended = false;
  #end: Event | null = null;
  /** To the pool the call is over; the answer is still on its way. */
  #expectsAside = false;
  #aside: Aside | null = null;

  constructor(owner: JobOwner, message: CallMessage, options: JobOptions) {
    super();
    this.#owner = owner;
    this.message = message;
    this.options = options;
  }

  /** The name of its function. */
  get name(): string {
    return this.options.record.reference!.name;
  }

  /** Waits until it is out of its thread. */
  waitEnd(): Awaitable<unknown> {
    const end = (this.#end ??= new Event());
    if (this.#ended) end.set();
    return end.wait();
  }

  // The wait.

  protected attempt(): boolean {
    if (this.hasToken || this.#owner.admit(this)) this.#send();
    return false;
  }

  protected line(): WaitQueue<unknown> {
    return this.#isSent ? this.#owner.sent : this.#owner.waiting;
  }

  protected override detach(error: Error): void {
    super.detach(error);
    this.isDeserted = true;
    this.#owner.deserted(this);
    if (!this.#isSent) this.#giveUp();
    else if (this.options.onCancel === "terminate") this.stop();
    else this.#tell();
  }

  /** It waits for a token: the thread whose call ends next may have it together with that call's token. */
  lieReady(): void {
    this.isAhead = true;
    this.#owner.pool.runAhead(this, this.message, this.options.transfers);
  }

  /** A thread has taken it from where it lay ready, and there was a token. */
  taken(): void {
    this.isAhead = false;
    this.#isSent = true;
    const { waiting, sent } = this.#owner;
    waiting.remove(this);
    sent.push(this);
    this.#owner.began(this);
  }

  /** A token came while it waited for one: it is sent at once, before its caller could run. */
  admitted(): void {
    // There may be no thread that will ever ask for it where it lies.
    this.#takeBack();
    try {
      this.#send();
      this.#owner.sent.push(this);
    } catch (error) {
      this.fail(error);
    }
  }

  #send(): void {
    this.#isSent = true;
    const owner = this.#owner;
    owner.began(this);
    try {
      owner.pool.run(this, this.message, this.options.transfers);
    } catch (error) {
      owner.settled(false);
      this.#finish();
      throw error;
    }
  }

  describe(): string {
    const fn = this.options.record.reference!;
    const name =
      fn.kind === "module" ? `${fn.name} of ${fn.module.slice(fn.module.lastIndexOf("/") + 1)}` : fn.name;
    return `${name} in a thread of ${this.#owner.name}`;
  }

  waitsFor(): WaitTarget {
    const { limiter } = this.options;
    if (!this.#isSent) {
      const { borrowers, ...state } = limiter.statistics();
      return { kind: "limiter", object: limiter, holders: borrowers, any: true, state };
    }
    return { kind: "thread", state: { executor: this.#owner.name, thread: this.threadId } };
  }

  // What the pool and the thread say.

  returned(value: unknown): void {
    // Its thread is being ended: that it has is told by the thread.
    if (this.#stopping) return;
    this.#finish();
    this.queue?.remove(this);
    if (this.settle(value)) this.#owner.settled(true);
  }

  threw(thrown: unknown): void {
    if ((thrown as { corio?: unknown } | null)?.corio === "aside") {
      this.#expectAside();
      return;
    }
    if (this.#stopping) return;
    if (!isSent(thrown)) {
      // The pool tells the same way of a call that it could not post. Then the thread is still there.
      this.hasCrashed = !this.#owner.pool.has(this.threadId);
      if (this.hasCrashed) this.#owner.crashed();
    }
    this.#finish();
    if (!this.isDeserted) this.#failWith(thrown);
    else if (!(isSent(thrown) && "told" in thrown)) this.lateFailure = { thrown };
  }

  /** There is no worker for it, and none is coming. */
  startFailed(cause: unknown): void {
    if (!this.isDeserted) this.#failWith(cause);
    this.stop();
  }

  heard(message: FromThread): void {
    if ("value" in message || "error" in message) {
      this.#aside = message;
      if (this.#expectsAside) this.#takeAside(message);
      return;
    }
    const { caller, onCancel } = this.options;
    // Who was cancelled and waits hears how it ends.
    if (this.isDeserted && onCancel !== "wait") return;
    try {
      if ("progress" in message) caller?.progress(message.progress);
      else {
        const port = this.#owner.pool.side(this.threadId)?.port;
        if (port !== undefined) requested(message, caller, port);
      }
    } catch (error) {
      this.failHere(error);
    }
  }

  /** Ends the call with an error of this side, and its thread with it. */
  failHere(error: unknown): void {
    this.isOwnFailure = true;
    if (this.isDeserted) this.lateFailure = { thrown: error };
    else this.#failWith(error);
    if (this.#isSent) this.stop();
    else this.#giveUp();
  }

  /** Its thread is gone: what the pool has promised will not come. */
  threadGone(): void {
    if (this.#expectsAside) this.threw(new Error("the thread was gone before its answer came"));
  }

  /** Takes the call back, or ends the thread that it is in. */
  stop(): void {
    if (this.#stopping || this.#ended) return;
    if (this.#expectsAside) {
      // The thread is done with it, and may have the next call.
      this.#expectNothing();
      this.#finish();
      return;
    }
    this.#stopping = true;
    const { pool } = this.#owner;
    if (this.threadId !== 0 && pool.terminate(this.threadId, () => this.#finish())) return;
    pool.withdraw(this);
    this.#finish();
  }

  /** It will not be sent. */
  #giveUp(): void {
    this.#ended = true;
    this.#takeBack();
  }

  #takeBack(): void {
    if (!this.isAhead) return;
    this.isAhead = false;
    this.#owner.pool.withdraw(this);
  }

  #tell(): void {
    const side = this.threadId === 0 ? undefined : this.#owner.pool.side(this.threadId);
    if (side === undefined) {
      // The function has not begun.
      this.stop();
      return;
    }
    Atomics.store(side.cancelled, 0, this.options.id);
    side.port.postMessage({ cancel: this.options.id });
  }

  #expectAside(): void {
    if (this.#aside !== null) {
      this.#takeAside(this.#aside);
      return;
    }
    this.#expectsAside = true;
    const side = this.#owner.pool.side(this.threadId);
    // Nothing of the pool's keeps the process alive now.
    if (side === undefined) this.threadGone();
    else if (side.expected++ === 0) side.port.ref();
  }

  #expectNothing(): void {
    if (!this.#expectsAside) return;
    this.#expectsAside = false;
    const side = this.#owner.pool.side(this.threadId);
    if (side !== undefined && --side.expected === 0) side.port.unref();
  }

  #takeAside(aside: Aside): void {
    this.#expectNothing();
    if ("value" in aside) this.returned(aside.value);
    else this.threw(aside.error);
  }

  #failWith(error: unknown): void {
    this.queue?.remove(this);
    if (this.fail(error)) this.#owner.settled(false);
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#owner.over(this);
    this.#end?.set();
  }
}
