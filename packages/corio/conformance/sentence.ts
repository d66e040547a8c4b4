// What a sentence of the ledger is: something that asyncio does, in short, and what Corio makes of it.

export type Verdict = "same" | "better" | "n/a";

export interface Sentence {
  /** Tests name it in parentheses: "… (K8)". */
  readonly id: string;
  /** What asyncio does. */
  readonly gist: string;
  readonly verdict: Verdict;
  /** For "better" what Corio does instead, for "n/a" why there is nothing to do. */
  readonly note: string;
}

export interface Family {
  /** The letters of its ids. */
  readonly letters: string;
  readonly title: string;
  /** In the order of their numbers, from 1, without a gap. */
  readonly sentences: readonly Sentence[];
}

/** Corio does the same. */
export function same(id: string, gist: string, note: string = ""): Sentence {
  return { id, gist, verdict: "same", note };
}

/** Corio deviates on purpose. */
export function better(id: string, gist: string, note: string): Sentence {
  return { id, gist, verdict: "better", note };
}

/** It cannot exist in Corio, or in JavaScript. */
export function cannotBe(id: string, gist: string, note: string): Sentence {
  return { id, gist, verdict: "n/a", note };
}
