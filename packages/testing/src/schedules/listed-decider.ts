// Moves from a list: for replays, for shrinking, and for trying them all. Past the list's end everything goes in order.

import { countMoves, type Decider, type Situation } from "./decider.ts";

export class ListedDecider implements Decider {
  readonly inOrder = false;
  /** How many moves there were at each choice. */
  readonly widths: number[] = [];
  readonly #choices: readonly number[];

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  decide(situation: Situation): number {
    const moves = countMoves(situation);
    if (moves === 1) return 0;
    const choice = this.#choices[this.widths.length] ?? 0;
    this.widths.push(moves);
    return Math.min(choice, moves - 1);
  }
}
