// What a wait waits for, for whoever draws the graph of waits.

/** What an operation says of its wait, for task dumps and the search for deadlocks. */
export interface WaitTarget {
  /** "lock", "queue", "task", "sleep" and so on. */
  readonly kind: string;
  /** The thing itself, if there is one. */
  readonly object?: object;
  /** Without whom the wait cannot end, where that is known: a lock's owner, the task that is joined. */
  readonly holders?: readonly object[];
  /** Whether one of the holders is enough, as with a limiter's borrowers; otherwise it takes all of them. */
  readonly any?: boolean;
  /** How the thing stands: its `statistics()`, a sleep's end. */
  readonly state?: Readonly<Record<string, unknown>>;
}
