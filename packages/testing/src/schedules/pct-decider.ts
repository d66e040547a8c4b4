// Probabilistic concurrency testing (Burckhardt et al. 2010), on chains of events that show up one by one (PCTCP, Ozkan et al.
// 2018). Each task is a chain with a priority of its own; what is ready runs by priority, and at depth - 1 random steps the
// chain that was about to run drops below all others. A bug that needs d steps to come in one order is found with a probability
// that does not shrink with the number of other steps: where one task must wait long, random order has no chance.

import { taskOfItem, type ReadyItem } from "corio/lowlevel";
import { SCHEDULE_STREAM, seededRandom } from "../seeded-random.ts";
import type { Decider, Situation } from "./decider.ts";

/** The chains of callbacks, of the timers and of the cancellations: each goes by a priority of its own. */
const CALLBACK = {};
const TIMER = {};
const CANCEL = {};

/** Steps in a row after which a chain drops below all others: it may be waiting for one of them, turn by turn. */
const LONGEST_STREAK = 500;

export class PctDecider implements Decider {
  readonly inOrder = false;
  readonly #random: () => number;
  /** At which step which priority below all others is given. */
  readonly #drops = new Map<number, number>();
  readonly #priorities = new Map<object, number>();
  #step = 0;
  #running: object | null = null;
  #streak = 0;
  #lowest = 0;

  /** `steps` is how long the program is expected to be; undefined: a guess, another one for each seed. */
  constructor(seed: number, depth: number, steps: number | undefined) {
    this.#random = seededRandom(seed, SCHEDULE_STREAM);
    const length = steps ?? Math.floor(2 ** (4 + 7 * this.#random()));
    for (let i = 1; i < depth; i++) this.#drops.set(1 + Math.floor(this.#random() * length), -i);
    this.#lowest = -depth;
  }

  decide(situation: Situation): number {
    this.#step++;
    let { move, chain } = this.#highest(situation);
    const drop = this.#drops.get(this.#step) ?? (this.#streak >= LONGEST_STREAK ? this.#lowest-- : undefined);
    if (drop !== undefined) {
      this.#priorities.set(chain, drop);
      ({ move, chain } = this.#highest(situation));
    }
    this.#streak = chain === this.#running ? this.#streak + 1 : 0;
    this.#running = chain;
    return move;
  }

  #highest({ ready, timer, cancels }: Situation): { move: number; chain: object } {
    let move = 0;
    let chain: object = this;
    let highest = -Infinity;
    const offer = (offered: number, of: object): void => {
      const priority = this.#priorityOf(of);
      if (priority <= highest) return;
      highest = priority;
      move = offered;
      chain = of;
    };
    for (const [i, item] of ready.entries()) offer(i, chainOf(item));
    const others = Math.max(ready.length, 1);
    if (timer) offer(others, TIMER);
    // Which task is cancelled is left to chance.
    if (cancels > 0) offer(others + (timer ? 1 : 0) + Math.floor(this.#random() * cancels), CANCEL);
    return { move, chain };
  }

  #priorityOf(chain: object): number {
    let priority = this.#priorities.get(chain);
    if (priority === undefined) {
      priority = this.#random();
      this.#priorities.set(chain, priority);
    }
    return priority;
  }
}

function chainOf(item: ReadyItem): object {
  return taskOfItem(item) ?? CALLBACK;
}
