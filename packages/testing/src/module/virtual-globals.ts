// The clock and the randomness of a realm: what plain JavaScript takes from its globals comes from the simulation.

import { createTask, currentScope, NoRunError, sleep, type Task } from "corio";
import { type Host, loopOf } from "corio/lowlevel";

/** The date at which every simulation begins: 2000-01-01. */
const EPOCH = 946_684_800_000;

type Callback = (...args: unknown[]) => unknown;

interface Timer {
  readonly task: Task<unknown>;
  ref(): Timer;
  unref(): Timer;
  hasRef(): boolean;
  [Symbol.dispose](): void;
}

function milliseconds(delay: unknown): number {
  const ms = Number(delay);
  // As the platform has it: at least one.
  return ms >= 1 && ms <= 2 ** 31 - 1 ? ms : 1;
}

function startTimer(name: string, body: () => Generator<never, void, unknown>): Timer {
  const task = createTask({ name }, body);
  const timer: Timer = {
    task,
    ref: () => timer,
    unref: () => timer,
    hasRef: () => true,
    [Symbol.dispose]: () => void task.cancel(),
  };
  return timer;
}

function setTimeout(callback: Callback, delay?: unknown, ...args: unknown[]): Timer {
  const ms = milliseconds(delay);
  return startTimer(`setTimeout(${ms})`, function* () {
    yield* sleep(ms) as unknown as Generator<never, void, unknown>;
    callback(...args);
  });
}

function setInterval(callback: Callback, delay?: unknown, ...args: unknown[]): Timer {
  const ms = milliseconds(delay);
  return startTimer(`setInterval(${ms})`, function* () {
    for (;;) {
      yield* sleep(ms) as unknown as Generator<never, void, unknown>;
      callback(...args);
    }
  });
}

function clearTimer(timer: Timer | undefined): void {
  timer?.task.cancel();
}

interface Machine {
  readonly performance: { now(): number };
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

class VirtualDate extends RealDate {
  constructor(...args: unknown[]) {
    if (args.length === 0) super(EPOCH + now());
    else super(...(args as [number]));
  }

  static override now(): number {
    return EPOCH + now();
  }
}

/** Puts them in the place of the real ones. For realms only. */
export function installVirtualGlobals(): void {
  Object.assign(globalThis, {
    setTimeout,
    setInterval,
    clearTimeout: clearTimer,
    clearInterval: clearTimer,
    Date: VirtualDate,
    performance: { now, timeOrigin: EPOCH },
  });
  machine.Math.random = random;
}
