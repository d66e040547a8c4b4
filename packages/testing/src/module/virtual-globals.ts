// The clock and the randomness of a realm: what plain JavaScript takes from its globals comes from the simulation.

import { createTask, currentScope, NoRunError, sleep, type Task } from "corio";
import { type Host, loopOf } from "corio/lowlevel";

/** The date at which every simulation begins: 2000-01-01. */
const EPOCH = 946_684_800_000;

type Callback = (...args: unknown[]) => unknown;

type Steps = Generator<never, void, unknown>;

function milliseconds(delay: unknown): number {
  const ms = Number(delay);
  // As the platform has it: at least one.
  return ms >= 1 && ms <= 2 ** 31 - 1 ? ms : 1;
}

let lastId = 0;

/** The timers whose number was asked for, by it. */
const numbered = new Map<number, Timer>();

class Timer {
  readonly #name: string;
  readonly #ms: number;
  readonly #repeats: boolean;
  readonly #callback: Callback;
  readonly #args: readonly unknown[];
  #task: Task<unknown>;
  #cleared = false;
  #id = 0;

  constructor(name: string, callback: Callback, delay: unknown, args: readonly unknown[]) {
    if (typeof callback !== "function")
      throw new TypeError(`The callback of ${name} is no function: ${String(callback)}`);
    this.#ms = milliseconds(delay);
    this.#name = `${name}(${this.#ms})`;
    this.#repeats = name === "setInterval";
    this.#callback = callback;
    this.#args = args;
    this.#task = this.#start();
  }

  #start(): Task<unknown> {
    return createTask({ name: this.#name }, () => this.#run());
  }

  *#run(): Steps {
    do {
      yield* sleep(this.#ms) as unknown as Steps;
      if (!this.#repeats) numbered.delete(this.#id);
      Reflect.apply(this.#callback, this, this.#args);
    } while (this.#repeats);
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  refresh(): this {
    if (this.#cleared) return this;
    this.#task.cancel();
    this.#task = this.#start();
    return this;
  }

  close(): this {
    this.#cleared = true;
    numbered.delete(this.#id);
    this.#task.cancel();
    return this;
  }

  [Symbol.toPrimitive](): number {
    if (this.#id === 0) this.#id = ++lastId;
    numbered.set(this.#id, this);
    return this.#id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function setTimeout(callback: Callback, delay?: unknown, ...args: unknown[]): Timer {
  return new Timer("setTimeout", callback, delay, args);
}

function setInterval(callback: Callback, delay?: unknown, ...args: unknown[]): Timer {
  return new Timer("setInterval", callback, delay, args);
}

/** Anything may be cleared; what is no timer is none of ours. */
function clearTimer(timer: unknown): void {
  if (timer instanceof Timer) timer.close();
  else if (typeof timer === "number" || typeof timer === "string") numbered.get(Number(timer))?.close();
}

interface Machine {
  readonly setImmediate: (callback: () => void) => unknown;
  readonly queueMicrotask: (callback: () => void) => void;
  readonly performance: { now(): number };
  readonly process: { readonly nextTick: (callback: () => void) => void };
  readonly Math: { random: () => number };
}

const machine = globalThis as unknown as Machine;
const realNow = machine.performance.now.bind(machine.performance);
const realRandom = machine.Math.random;

/** The clock of the simulation; between two runs the real one. */
function now(): number {
  return inRun()?.now() ?? realNow();
}

function random(): number {
  return inRun()?.random() ?? realRandom();
}

function inRun(): Host | null {
  try {
    return loopOf(currentScope()).host;
  } catch (error) {
    if (error instanceof NoRunError) return null;
    throw error;
  }
}

const RealDate = Date;

/** Callable without `new`, too. */
const VirtualDate = new Proxy(RealDate, {
  apply: () => new RealDate(EPOCH + now()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [EPOCH + now()] : args, newTarget) as object,
  get: (target, name) => (name === "now" ? () => EPOCH + now() : (Reflect.get(target, name) as unknown)),
});

function nanoseconds(): bigint {
  return BigInt(Math.round(now() * 1e6));
}

function hrtime([seconds, rest]: readonly [number, number] = [0, 0]): [number, number] {
  const since = nanoseconds() - (BigInt(seconds) * 1_000_000_000n + BigInt(rest));
  return [Number(since / 1_000_000_000n), Number(since % 1_000_000_000n)];
}

/** An object of the machine with some things in their own way. */
function besides<T extends object>(thing: T, own: Readonly<Record<string, unknown>>): T {
  // Asked for at every step: each of its functions is bound once.
  const bound = new Map<unknown, unknown>();
  return new Proxy(thing, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name as string];
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (!bound.has(value)) bound.set(value, value.bind(target));
      return bound.get(value);
    },
  });
}

/** Calls back by one of the machine's ways. What is thrown there fails the run, as from a timer: nothing else would say in which. */
function guarded<R>(name: string, way: (callback: () => void) => R) {
  return (callback: Callback, ...args: unknown[]): R =>
    way(() => {
      try {
        callback(...args);
      } catch (error) {
        fail(name, error);
      }
    });
}

function fail(name: string, error: unknown): void {
  try {
    createTask({ name }, () => {
      throw error;
    });
  } catch {
    // No run's, or one's that has ended.
    throw error;
  }
}

/** Puts them in the place of the real ones. For realms only. */
export function installVirtualGlobals(): void {
  RealDate.prototype.constructor = VirtualDate;
  Object.assign(globalThis, {
    setTimeout,
    setInterval,
    clearTimeout: clearTimer,
    clearInterval: clearTimer,
    Date: VirtualDate,
    performance: besides(machine.performance, { now, timeOrigin: EPOCH }),
    setImmediate: guarded("setImmediate", machine.setImmediate),
    queueMicrotask: guarded("queueMicrotask", machine.queueMicrotask),
    process: besides(machine.process, {
      nextTick: guarded("nextTick", machine.process.nextTick),
      hrtime: Object.assign(hrtime, { bigint: nanoseconds }),
    }),
  });
  machine.Math.random = random;
}
