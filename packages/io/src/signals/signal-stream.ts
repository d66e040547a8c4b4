// signals: the signals of the process as something to wait for, one after the other.
import {
  currentScope,
  getRunningLoop,
  InvalidStateError,
  type Awaitable,
  type Coroutine,
  type TimerHandle,
} from "corio";
import { coroutine, QueuedWait, WaitQueue, type WaitTarget } from "corio/lowlevel";
import { addStream, assertCatchable, dropStream, type SignalListener } from "./signal-line.ts";
import { checkSignalName, type SignalName } from "./signal-names.ts";

/** How a stream of signals stands. */
export interface SignalStreamStatistics {
  /** What it listens to. */
  readonly signals: readonly SignalName[];
  /** What has come and was not taken, in the order in which it came first, with how often it came. */
  readonly pending: Readonly<Partial<Record<SignalName, number>>>;
  /** How many signals have come in all. */
  readonly received: number;
  /** How many of them were counted together with one that was pending. */
  readonly coalesced: number;
  /** How many wait for one. */
  readonly waiting: number;
}

/**
 * The signals that `signals()` listens to: `for await`, `forEach`, or `receive`. Each is given once to one taker. What comes while nobody waits
 * is pending: a signal that is pending already is not given twice, as in the system itself.
 */
export class SignalStream<S extends SignalName = SignalName>
  implements AsyncIterable<S>, SignalListener, Disposable
{
  readonly #signals: readonly S[];
  readonly #pending = new Map<S, number>();
  readonly #waiters = new WaitQueue<S>();
  readonly #hold: TimerHandle;
  readonly #disown: () => void;
  #received = 0;
  #coalesced = 0;
  #closed = false;

  /** @internal */
  constructor(names: readonly S[]) {
    this.#signals = names;
    const scope = currentScope();
    const loop = getRunningLoop();
    const added: S[] = [];
    try {
      for (const name of names) {
        addStream(name, this, "listen to signals");
        added.push(name);
      }
      this.#disown = scope.defer(() => this.close());
      // A signal can come at any time: whoever waits for one is not stuck.
      this.#hold = loop.callLater(Infinity, nothing);
    } catch (error) {
      for (const name of added) dropStream(name, this);
      throw error;
    }
  }

  /** @internal */
  heard(signal: SignalName): void {
    this.#received++;
    if (this.#waiters.serve(signal as S)) return;
    const before = this.#pending.get(signal as S) ?? 0;
    this.#pending.set(signal as S, before + 1);
    if (before > 0) this.#coalesced++;
  }

  /** Takes the signal that came first, waiting for one. InvalidStateError once the stream is closed. A cancel point. */
  receive(): Awaitable<S> {
    return new ReceiveSignal(this, this.#waiters);
  }

  /** Takes the signal that came first; undefined when none has come. Never waits. */
  receiveNowait(): S | undefined {
    const [first] = this.#pending.keys();
    if (first !== undefined) this.#pending.delete(first);
    return first;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Listens no more: loops over it end. What was pending is dropped. A second time does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const name of this.#signals) dropStream(name, this);
    this.#pending.clear();
    this.#hold.cancel();
    this.#disown();
    this.#waiters.failAll(new InvalidStateError("Cannot receive a signal: the stream was closed"));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The signals as they come, until the stream is closed. Leaving the loop early does not close it. */
  [Symbol.asyncIterator](): AsyncIterableIterator<S, undefined> {
    return new SignalIterator(this) as unknown as AsyncIterableIterator<S, undefined>;
  }

  /** Which signals came, how often, and which are pending. */
  statistics(): SignalStreamStatistics {
    return {
      signals: this.#signals,
      pending: Object.fromEntries(this.#pending) as SignalStreamStatistics["pending"],
      received: this.#received,
      coalesced: this.#coalesced,
      waiting: this.#waiters.size,
    };
  }
}

function nothing(): void {}

class ReceiveSignal<S extends SignalName> extends QueuedWait<S> {
  readonly #stream: SignalStream<S>;
  readonly #line: WaitQueue<S>;

  constructor(stream: SignalStream<S>, line: WaitQueue<S>) {
    super();
    this.#stream = stream;
    this.#line = line;
  }

  protected attempt(): boolean {
    if (this.#stream.closed) throw new InvalidStateError("Cannot receive a signal: the stream is closed");
    const signal = this.#stream.receiveNowait();
    this.value = signal;
    return signal !== undefined;
  }

  protected line(): WaitQueue<S> {
    return this.#line;
  }

  describe(): string {
    return `one of ${this.#stream.statistics().signals.join(", ")}`;
  }

  waitsFor(): WaitTarget {
    return { kind: "signal", object: this.#stream, state: { ...this.#stream.statistics() } };
  }
}

class SignalIterator<S extends SignalName> {
  readonly #stream: SignalStream<S>;

  constructor(stream: SignalStream<S>) {
    this.#stream = stream;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Awaitable<IteratorResult<S, undefined>> {
    return coroutine(nextSignal<S>, this.#stream);
  }
}

function* nextSignal<S extends SignalName>(stream: SignalStream<S>): Coroutine<IteratorResult<S, undefined>> {
  try {
    return { value: yield* stream.receive(), done: false };
  } catch (error) {
    if (stream.closed && error instanceof InvalidStateError) return { value: undefined, done: true };
    throw error;
  }
}

/**
 * Listens to signals of the process, from now on and until the running scope ends. Several streams may listen to the same signal: all
 * hear it. SIGINT and SIGTERM are taken from `main` by it: they then neither cancel the program nor set its exit code. Errors as for
 * `addSignalHandler`. Not a cancel point.
 *
 * @example
 * ```ts
 * import { main } from "corio";
 * import { signals } from "@corio/io";
 *
 * await main(async () => {
 *   const hangups = signals(["SIGHUP"]);
 *   process.kill(process.pid, "SIGHUP"); // stands for `kill -HUP` by somebody else
 *   for await (const signal of hangups) {
 *     console.log("reload the configuration:", signal); // => reload the configuration: SIGHUP
 *     hangups.close();
 *   }
 * });
 * ```
 */
export function signals<const S extends SignalName>(names: readonly S[]): SignalStream<S> {
  const what = "listen to signals";
  if (!Array.isArray(names) || names.length === 0) {
    throw new TypeError(`Cannot ${what}: expected a list of names, such as ["SIGHUP"]`);
  }
  for (const name of names) {
    checkSignalName(name, what);
    assertCatchable(name, what);
  }
  return new SignalStream([...new Set(names)]);
}
