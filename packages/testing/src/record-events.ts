// A log of what happened, when, and in which task.

import { currentTask, loopTime } from "corio";

/** One entry of the log. */
export interface RecordedEvent {
  /** Loop time. */
  readonly time: number;
  /** The name of the task. */
  readonly task: string;
  readonly event: unknown;
}

/** A log of what tasks did, with when and who. */
export interface EventRecord {
  /** Notes an event of the running task. */
  (event: unknown): void;
  /** What was noted, in the order in which it happened. */
  readonly all: readonly RecordedEvent[];
  /** The events alone. */
  readonly events: readonly unknown[];
  /** A line for each event: time, task, event. */
  toString(): string;
}

/**
 * Makes an empty log. The same seed gives the same log: two runs can be compared by it. Tasks must then have names; the numbers of those
 * that have none go on from run to run.
 */
export function recordEvents(): EventRecord {
  const all: RecordedEvent[] = [];
  const record = (event: unknown): void => {
    all.push({ time: loopTime(), task: currentTask().name, event });
  };
  return Object.defineProperties(record as EventRecord, {
    all: { value: all },
    events: { get: () => all.map(({ event }) => event) },
    toString: {
      value: () => {
        const width = Math.max(0, ...all.map(({ task }) => task.length));
        return all
          .map(
            ({ time, task, event }) => `${String(time).padStart(8)}  ${task.padEnd(width)}  ${String(event)}`,
          )
          .join("\n");
      },
    },
  });
}
