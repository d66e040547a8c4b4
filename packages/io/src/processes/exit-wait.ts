// The wait for a child's exit.
import { QueuedWait, type WaitQueue, type WaitTarget } from "corio/lowlevel";
import type { Child } from "./child.ts";

/** Gives the return code to everybody who waits, be it long after the exit. */
export class ExitWait extends QueuedWait<number> {
  readonly #child: Child;

  constructor(child: Child) {
    super();
    this.#child = child;
  }

  protected attempt(): boolean {
    this.value = this.#child.returnCode;
    return this.#child.returnCode !== null;
  }

  protected line(): WaitQueue<number> {
    return this.#child.exits;
  }

  describe(): string {
    return `the exit of ${this.#child.what}`;
  }

  waitsFor(): WaitTarget {
    return { kind: "process", object: this.#child, state: { pid: this.#child.pid } };
  }
}
