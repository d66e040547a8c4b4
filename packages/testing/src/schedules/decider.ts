// Who decides what happens next, wherever more than one thing could.

import type { ReadyItem } from "corio/lowlevel";

/** What could happen next. The moves are numbered: first what is ready, then the timer, then the cancellations. */
export interface Situation {
  /** What is ready, in the order in which it became so. */
  readonly ready: readonly ReadyItem[];
  /** Whether the next timer may fire now, before what is ready. */
  readonly timer: boolean;
  /** How many tasks could be cancelled now. */
  readonly cancels: number;
}

export interface Decider {
  /** True where what is ready always runs in its order: async functions then go on exactly as they do in production. */
  readonly inOrder: boolean;
  /** The number of the move to make. With nothing ready, 0 lets time go on. Also asked where there is only one. */
  decide(situation: Situation): number;
}

/** How many moves there are. */
export function countMoves({ ready, timer, cancels }: Situation): number {
  return Math.max(ready.length, 1) + (timer ? 1 : 0) + cancels;
}

/** Everything in the order of its arrival. */
export const inOrder: Decider = { inOrder: true, decide: () => 0 };
