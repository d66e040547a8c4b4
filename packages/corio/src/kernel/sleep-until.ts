// Sleeping until a point in loop time.

import type { Awaitable } from "./awaitable.ts";
import { Operation } from "./operation.ts";
import type { ScopeNode } from "./scope.ts";
import type { TimerList, TimerNode } from "./timer-queue.ts";
import type { WaitTarget } from "./wait-target.ts";

class SleepUntil extends Operation<void> implements TimerNode {
  when: number;
  order = 0;
  before: TimerNode | null = null;
  after: TimerNode | null = null;
  list: TimerList | null = null;

  constructor(when: number) {
    super();
    this.when = when;
  }

  get guest(): boolean {
    return true;
  }

  get at(): ScopeNode | undefined {
    return this.waiter?.at;
  }

  protected start(scope: ScopeNode): boolean {
    // What is over already gives up its turn, as `sleep(0)` does.
    if (this.when <= scope.loop.time()) scope.loop.wake(this);
    else scope.loop.addTimerAt(this, this.when);
    return false;
  }

  run(): void {
    this.settle();
  }

  fire(): void {
    this.settle();
  }

  protected override detach(): void {
    if (this.list !== null) this.waiter!.loop.removeTimer(this);
  }

  describe(): string {
    return `sleep until ${this.when} ms`;
  }

  waitsFor(): WaitTarget {
    return { kind: "sleep", state: { until: this.when } };
  }
}

/** Waits until a loop time (see `loopTime()`); one that is past gives up one turn. Infinity never ends by itself. A cancel point. */
export function sleepUntil(when: number): Awaitable<void> {
  if (typeof when !== "number" || Number.isNaN(when)) {
    throw new TypeError(`Cannot sleep until ${String(when)}: it takes loop time in milliseconds`);
  }
  return new SleepUntil(when);
}
