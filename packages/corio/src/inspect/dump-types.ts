// The shape of a dump: plain data that JSON can carry.

import type { Frame } from "../kernel/stack.ts";
import type { Task } from "../kernel/task.ts";

/** A task, by number and name. The number is the same in every dump. */
export interface TaskReference {
  readonly id: number;
  readonly name: string;
}

/** A cancellation in force. */
export interface CancellationDump {
  /** What `cancel` was called with, in words; null when it was called without. */
  readonly reason: string | null;
  /** Whether the task was told of it: it cleans up, or goes on all the same. */
  readonly told: boolean;
}

/** One place where a task waits. */
export interface WaitDump {
  /** "lock", "queue", "task", "children", "sleep", "callback", "promise", "foreign" and so on; "other" when it does not say. */
  readonly kind: string;
  /** In words: "a lock held by writer". */
  readonly description: string;
  /** What is waited for, by kind and number: "lock#2"; null when it is no object. */
  readonly object: string | null;
  /** Who must do something for the wait to end, where that is known: a lock's owner, a joined task, a group's children. */
  readonly holders: readonly TaskReference[];
  /** How the object stands: what its `statistics()` say, `{ delay, until }` of a sleep. Infinity is null. */
  readonly state: Readonly<Record<string, number | string | boolean | null>>;
  /** Whether the wait is over, and the task only waits for its turn. */
  readonly over: boolean;
  /** Milliseconds that it has waited; null but in debug mode. */
  readonly waited: number | null;
  /** The scopes around the wait, innermost first, up to the task. */
  readonly scopes: readonly string[];
  /** The coroutines' stack, innermost first. Of async functions, which have none while they wait, debug mode knows the last call. */
  readonly frames: readonly Frame[];
  /** The object itself. Not enumerable: JSON leaves it out. */
  readonly target: object | null;
}

/** A scope, with what is open and runs in it. */
export interface ScopeDump {
  /** "run", "task", "task group", "shield", "timeout" (what has a deadline), or "scope". */
  readonly kind: string;
  /** Loop time; null for none. */
  readonly deadline: number | null;
  /** Whether cancellation from outside stops here. */
  readonly shielded: boolean;
  /** The cancellation of this scope itself. */
  readonly cancelled: CancellationDump | null;
  /** Blocks in it. */
  readonly scopes: readonly ScopeDump[];
  /** Tasks that it owns. */
  readonly tasks: readonly TaskDump[];
}

/** A task: what it does, what it waits for, and what it has started. */
export interface TaskDump extends ScopeDump, TaskReference {
  /** "ready" is one whose wait is over, or that has not begun. An async function between two waits counts as running. */
  readonly state: "running" | "ready" | "suspended";
  /** What runs or waits: the body, its clean-up after a cancellation, or the runtime, which ends what the body has left. */
  readonly phase: "body" | "cleaning up" | "closing";
  /** The cancellation in force for the task, its own or one around it. */
  readonly cancelled: CancellationDump | null;
  /** Milliseconds since it was made; null but in debug mode. */
  readonly age: number | null;
  /** Where it was made, "name (file:line:column)"; null but in debug mode. */
  readonly site: string | null;
  /** Where it waits. An async function may have several waits at once. */
  readonly waits: readonly WaitDump[];
  /** The task itself. Not enumerable: JSON leaves it out. */
  readonly task: Task<unknown>;
}

/** A run, its loop, and its tasks from the root on. */
export interface RunDump {
  /** The loop's clock. */
  readonly time: number;
  /** Whether it is in debug mode. */
  readonly debug: boolean;
  readonly loop: {
    /** How many wait for their turn. */
    readonly ready: number;
    readonly timers: number;
    /** Steps since the loop began. */
    readonly steps: number;
    /** Turns given to the host in the middle of work, since the loop began. */
    readonly turns: number;
  };
  /** The task that all others descend from. */
  readonly task: TaskDump;
}

/** Tasks none of which can go on: each waits for the next, the last one for the first. */
export interface DeadlockDump {
  readonly tasks: readonly TaskReference[];
  /** "left waits for a lock held by right, right waits for a lock held by left" */
  readonly text: string;
  /** Loop time of the first deadline that will break it; null when none will. */
  readonly until: number | null;
  /** Tasks outside the ring that wait for it. */
  readonly behind: readonly TaskReference[];
}

/** All runs of the process: what `dumpTasks` gives. Plain data, but for `task` and `target`. */
export interface TasksDump {
  /** The version of this format. */
  readonly version: 1;
  /** Those that are active, the oldest first. */
  readonly runs: readonly RunDump[];
  /** Circles of tasks that wait for one another, as far as that is known. */
  readonly deadlocks: readonly DeadlockDump[];
}
