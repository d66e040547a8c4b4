// One simulated run: its host, and all that is decided in it.

import { currentScope, InvalidStateError, type Scope, type Task } from "corio";
import {
  createVirtualHost,
  type HostNetwork,
  loopOf,
  realHost,
  taskOfItem,
  tasksBelow,
  WaitQueue,
  type Host,
  type ReadyItem,
  type VirtualHost,
} from "corio/lowlevel";
import type { AdvanceWait } from "./clock.ts";
import { countMoves, type Decider } from "./schedules/decider.ts";
import { PROGRAM_STREAM, seededRandom } from "./seeded-random.ts";
import { SimulatedOrder } from "./simulated-order.ts";

export interface SimulationSettings {
  readonly seed: number;
  /** Null for the loop's own order. */
  readonly decider: Decider | null;
  readonly start?: number | undefined;
  readonly autojump?: boolean | undefined;
  /** By how many milliseconds, in all, timers may fire although something is ready. */
  readonly lateness?: number | undefined;
  /** How many tasks may be cancelled by decision. */
  readonly cancels?: number | undefined;
  /** Called before each step. */
  readonly beforeStep?: (() => void) | undefined;
  /** Called once whenever all wait, before the clock moves; whether it has made something ready. */
  readonly atRest?: (() => boolean) | undefined;
  readonly network?: HostNetwork | undefined;
}

/** What is not a number would pass for none: nothing would be explored, and nothing found. */
function assertSettings({ seed, start = 0, lateness = 0, cancels = 0 }: SimulationSettings): void {
  const refuse = (what: string, value: unknown, takes: string): never => {
    throw new RangeError(`Cannot simulate with ${what} ${String(value)}: it takes ${takes}`);
  };
  if (!Number.isSafeInteger(seed)) refuse("seed", seed, "a whole number");
  if (!Number.isFinite(start)) refuse("start", start, "milliseconds");
  if (!(lateness >= 0)) refuse("lateness", lateness, "milliseconds, zero or more");
  if (!(cancels >= 0)) refuse("cancels", cancels, "a number, zero or more");
}

const SIMULATION = Symbol("the simulation of a host");

type SimulatedHost = VirtualHost & { [SIMULATION]?: Simulation };

export class Simulation {
  readonly host: VirtualHost;
  /** Every choice that was made where there was more than one. */
  readonly choices: number[] = [];
  /** In words, the choices that were not the first. */
  readonly deviations: string[] = [];
  /** Steps that were taken; counted where a decider is asked. */
  steps = 0;
  /** The scope of the run. */
  root: Scope | null = null;
  /** Who was cancelled by decision. */
  readonly cancelled: Set<Task<unknown>> = new Set();
  /** Who waits until all others do. */
  readonly blocked: WaitQueue = new WaitQueue();
  /** Who waits until, besides, no timer is left. */
  readonly stuck: WaitQueue = new WaitQueue();
  /** Who moves the clock. */
  readonly advance: WaitQueue = new WaitQueue();
  readonly #settings: SimulationSettings;
  #lateness: number;
  /** Whether, once all tasks are stuck, everything goes in order and nothing is recorded: what comes then is the harness's. */
  decidesUntilStuck = false;
  #deciding = true;
  /** The step count when it was last decided about an idle moment. */
  #idleAt = -1;
  /** The step count when all were seen to wait last. */
  #restedAt = -1;

  constructor(settings: SimulationSettings) {
    assertSettings(settings);
    this.#settings = settings;
    // Nothing is early by less than nothing.
    this.#lateness = settings.lateness !== undefined && settings.lateness > 0 ? settings.lateness : -1;
    const { decider, start, autojump, seed, network } = settings;
    const host: SimulatedHost = createVirtualHost(realHost, {
      start,
      autojump,
      network,
      drained: decider !== null && !decider.inOrder,
      createReadyQueue:
        decider === null
          ? undefined
          : () =>
              new SimulatedOrder({
                inOrder: decider.inOrder,
                beforeStep: () => this.#beforeStep(),
                choose: (ready) => this.#choose(ready),
              }),
      idle: () => this.#idle(),
      stuck: () => this.#stuck(),
    });
    host.random = seededRandom(seed, PROGRAM_STREAM);
    // Not to be seen where a failed test prints what it compared.
    Object.defineProperty(host, SIMULATION, { value: this });
    this.host = host;
  }

  #stuck(): boolean {
    if (this.stuck.size === 0) return false;
    if (this.decidesUntilStuck) this.#deciding = false;
    return serveAll(this.stuck);
  }

  #beforeStep(): void {
    this.steps++;
    this.#settings.beforeStep?.();
  }

  /** The index of what is to run; -1 when something else was decided, and done. */
  #choose(ready: readonly ReadyItem[]): number {
    if (!this.#deciding) return 0;
    const { decider, cancels = 0 } = this.#settings;
    const victims = this.cancelled.size < cancels ? this.#cancellable() : [];
    const wait = this.host.nextTimer() - this.host.now();
    const timer = ready.length > 0 && wait <= this.#lateness;
    const situation = { ready, timer, cancels: victims.length };
    const move = decider!.decide(situation);
    if (countMoves(situation) > 1) this.choices.push(move);
    const others = move - Math.max(ready.length, 1);
    if (others < 0) {
      if (move > 0) this.#note(`${nameOf(ready[move]!)} ran before ${nameOf(ready[0]!)}`);
      return move;
    }
    if (timer && others === 0) {
      this.#note(`the clock jumped to ${this.host.nextTimer()} before ${nameOf(ready[0]!)} ran`);
      this.#lateness -= wait;
      this.host.jump();
    } else {
      const victim = victims[others - (timer ? 1 : 0)]!;
      this.#note(`${victim.name} was cancelled`);
      this.cancelled.add(victim);
      victim.cancel("cancelled by the exploration");
    }
    return -1;
  }

  #note(text: string): void {
    if (this.deviations.length < 100) this.deviations.push(`${this.choices.length - 1}: ${text}`);
  }

  #cancellable(): Task<unknown>[] {
    const { root } = this;
    if (root === null) return [];
    return tasksBelow(root).filter((task) => {
      const scope = task as unknown as Scope;
      return scope !== root && !task.done() && !scope.cancelCalled;
    });
  }

  #idle(): boolean {
    const { decider, atRest } = this.#settings;
    if (atRest !== undefined && this.#restedAt !== this.steps) {
      this.#restedAt = this.steps;
      if (atRest()) return true;
    }
    if (decider !== null && this.#idleAt !== this.steps) {
      this.#idleAt = this.steps;
      if (this.#choose([]) < 0) return true;
    }
    if (serveAll(this.blocked)) return true;
    const advance = this.advance.peek() as AdvanceWait | null;
    if (advance === null) return false;
    const { host } = this;
    if (host.nextTimer() <= advance.until) return host.jump();
    host.advance(Math.max(0, advance.until - host.now()));
    return this.advance.serve();
  }
}

function serveAll(queue: WaitQueue): boolean {
  let served = false;
  while (queue.serve()) served = true;
  return served;
}

function nameOf(item: ReadyItem): string {
  return taskOfItem(item)?.name ?? "a callback";
}

/** The simulation that a host belongs to; null for others. */
export function simulationOf(host: Host): Simulation | null {
  return (host as SimulatedHost)[SIMULATION] ?? null;
}

/** The simulation that the running code is in. */
export function simulationHere(what: string): Simulation {
  const simulation = simulationOf(loopOf(currentScope()).host);
  if (simulation === null) {
    throw new InvalidStateError(`Cannot ${what} here: the code does not run in a simulation`);
  }
  return simulation;
}
