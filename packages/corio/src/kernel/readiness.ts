// The wait of `group.start` for the task that it has started: what the task says, or that it never will.

import { InvalidStateError } from "../errors.ts";
import { Operation } from "./operation.ts";
import type { Task } from "./task-interface.ts";
import type { WaitTarget } from "./wait-target.ts";

export class Readiness extends Operation<unknown> {
  /** Whether the starter has been answered; it may have left before. */
  answered = false;
  task: Task<unknown> | null = null;

  /** The task has its first step after this. */
  protected start(): boolean {
    return false;
  }

  ready(value: unknown): void {
    if (this.answered) throw new InvalidStateError("Cannot say that the task is ready: it was said before");
    this.answered = true;
    this.settle(value);
  }

  unready(error: unknown): void {
    if (this.answered) return;
    this.answered = true;
    this.fail(error);
  }

  describe(): string {
    return `task ${this.task?.name} to be ready`;
  }

  waitsFor(): WaitTarget {
    return { kind: "task", object: this.task!, holders: [this.task!] };
  }
}
