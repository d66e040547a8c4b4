// What became of a test of somebody else's suite: where its meaning is tested here, or why it has none.

export type PortVerdict = "same" | "better" | "n/a" | "io";

export interface Port {
  readonly verdict: PortVerdict;
  /** Ids of sentences, and titles of tests ("sync/lock: …" where a title alone is not unique). Tests that name the ported one count, too. */
  readonly by: readonly string[];
  /** For "better" what differs, for "n/a" why. */
  readonly note: string;
}

/** A suite: its groups (classes or files) and their tests, by name without `test_`. */
export interface Suite {
  readonly name: string;
  readonly groups: Readonly<Record<string, Readonly<Record<string, Port>>>>;
}

/** Its meaning holds. */
export function same(...by: readonly string[]): Port {
  return { verdict: "same", by, note: "" };
}

/** Corio deviates on purpose; the tests show how. */
export function better(note: string, ...by: readonly string[]): Port {
  return { verdict: "better", by, note };
}

/** What it tests does not exist. */
export function none(note: string): Port {
  return { verdict: "n/a", by: [], note };
}

/** It belongs to the package of sockets, streams and processes, and is accounted for there. */
export const io: Port = { verdict: "io", by: [], note: "" };
