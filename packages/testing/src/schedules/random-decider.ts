// Every move as likely as every other.

import { SCHEDULE_STREAM, seededRandom } from "../seeded-random.ts";
import { countMoves, type Decider, type Situation } from "./decider.ts";

export class RandomDecider implements Decider {
  readonly inOrder = false;
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed, SCHEDULE_STREAM);
  }

  decide(situation: Situation): number {
    const moves = countMoves(situation);
    return moves === 1 ? 0 : Math.floor(this.#random() * moves);
  }
}
