// What listens to one signal of the process: handlers, of which the latest is called, and streams, which all hear it. The system's
// own reaction to the signal is off while any of them stands, and back when the last has gone.
import { AsyncResource } from "node:async_hooks";
import { isMainThread } from "node:worker_threads";
import { InvalidStateError } from "corio";
import { UncatchableSignalError } from "../errors.ts";
import type { SignalName } from "./signal-names.ts";

/** Hears a signal, in a callback of the host. */
export interface SignalListener {
  heard(signal: SignalName): void;
}

/** Those that `main` listens to. Whoever asks for them here takes its place. */
const ofMain: ReadonlySet<string> = new Set(["SIGINT", "SIGTERM"]);

type HostListener = (...args: unknown[]) => void;

/** A listener that is silent meanwhile, and what is registered in its stead. */
interface Displaced {
  readonly listener: HostListener;
  readonly stub: HostListener;
}

/** To take off the listener takes off its stub: node looks into `listener`, as for those of `once`. */
function displaced(listener: HostListener): Displaced {
  const { listener: known = listener } = listener as { readonly listener?: HostListener };
  return { listener, stub: Object.assign(() => {}, { listener: known }) };
}

class SignalLine {
  readonly signal: SignalName;
  /** The latest is last. */
  readonly handlers: SignalListener[] = [];
  readonly streams: Set<SignalListener> = new Set();
  readonly #displaced: readonly Displaced[];
  readonly #onSignal = (): void => this.#heard();

  constructor(signal: SignalName) {
    this.signal = signal;
    const before = ofMain.has(signal) ? (process.rawListeners(signal) as HostListener[]) : [];
    // There is a listener at every moment: the system's reaction, the end of the process, must not come through in between.
    process.on(signal, this.#onSignal);
    for (const listener of before) process.off(signal, listener);
    this.#displaced = before.map(displaced);
    for (const { stub } of this.#displaced) process.on(signal, stub);
  }

  get idle(): boolean {
    return this.handlers.length === 0 && this.streams.size === 0;
  }

  close(): void {
    const stubs = process.rawListeners(this.signal);
    for (const { listener, stub } of this.#displaced) {
      // Whoever has taken it off meanwhile does not want it back.
      if (!stubs.includes(stub)) continue;
      process.off(this.signal, stub);
      process.on(this.signal, listener);
    }
    process.off(this.signal, this.#onSignal);
  }

  #heard(): void {
    const streams = Array.from(this.streams);
    this.handlers.at(-1)?.heard(this.signal);
    for (const stream of streams) stream.heard(this.signal);
  }
}

const lines = new Map<SignalName, SignalLine>();

/** The host's listener belongs to nobody's context: what it keeps, it would keep as long as anybody listens. */
const root = new AsyncResource("CorioSignals", { requireManualDestroy: true });

/** Refuses what nobody can listen to, and who cannot: before anything is changed. */
export function assertCatchable(signal: SignalName, what: string): void {
  if (signal === "SIGKILL" || signal === "SIGSTOP") {
    throw new UncatchableSignalError(`Cannot ${what}: the system lets no process listen to ${signal}`);
  }
  if (!isMainThread) {
    throw new InvalidStateError(`Cannot ${what}: signals come to the main thread, this is a worker`);
  }
}

function lineOf(signal: SignalName, what: string): SignalLine {
  let line = lines.get(signal);
  if (line === undefined) {
    try {
      line = root.runInAsyncScope(() => new SignalLine(signal));
    } catch (error) {
      throw new UncatchableSignalError(`Cannot ${what}: the system refuses to tell of ${signal}`, {
        cause: error,
      });
    }
    lines.set(signal, line);
  }
  return line;
}

function closeIfIdle(line: SignalLine): void {
  if (!line.idle) return;
  lines.delete(line.signal);
  line.close();
}

/** Puts a handler on top of those that stand. */
export function pushHandler(signal: SignalName, handler: SignalListener, what: string): void {
  lineOf(signal, what).handlers.push(handler);
}

/** Takes off a handler that stands. */
export function dropHandler(signal: SignalName, handler: SignalListener): void {
  const line = lines.get(signal)!;
  line.handlers.splice(line.handlers.indexOf(handler), 1);
  closeIfIdle(line);
}

/** The handlers that stand, the latest last. */
export function handlersOf(signal: SignalName): readonly SignalListener[] {
  return lines.get(signal)?.handlers ?? [];
}

export function addStream(signal: SignalName, stream: SignalListener, what: string): void {
  lineOf(signal, what).streams.add(stream);
}

export function dropStream(signal: SignalName, stream: SignalListener): void {
  const line = lines.get(signal);
  if (line?.streams.delete(stream) === true) closeIfIdle(line);
}
