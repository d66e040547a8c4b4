// A scope's deadline: when it passes, the scope is cancelled.

import { TimeoutError } from "../errors.ts";
import { EXPIRED } from "./scope-flags.ts";
import { ScopeTimer } from "./scope-timer.ts";
import type { ScopeNode } from "./scope.ts";

function expire(scope: ScopeNode): void {
  if (scope.cancellation !== null) return;
  scope.flags |= EXPIRED;
  scope.cancel(new TimeoutError("The deadline of the scope has passed"));
}

/** Sets the deadline in loop time; null takes it away. One that has passed cancels the scope now. */
export function setDeadline(scope: ScopeNode, when: number | null): void {
  assertTime("deadline", when);
  const extra = scope.extras();
  if (extra.deadlineTimer !== null) scope.loop.removeTimer(extra.deadlineTimer);
  extra.deadlineTimer = null;
  extra.deadline = when === Infinity ? null : when;
  if (extra.deadline === null) return;
  if (extra.deadline <= scope.loop.time()) {
    expire(scope);
    return;
  }
  extra.deadlineTimer = new ScopeTimer(scope, expire);
  scope.loop.addTimerAt(extra.deadlineTimer, extra.deadline);
}

/** Refuses what is no time, before anything is changed. */
export function assertTime(what: "deadline" | "timeout", time: number | null): void {
  if (time === null || (typeof time === "number" && !Number.isNaN(time))) return;
  throw new TypeError(`Cannot set a ${what} of ${String(time)}: it takes milliseconds or null`);
}

/** Sets the deadline in milliseconds from now, which are a time; cheaper than an absolute one where durations repeat. */
export function setTimeoutOf(scope: ScopeNode, delay: number | null): void {
  if (delay === null || delay === Infinity) return;
  if (delay <= 0) {
    expire(scope);
    return;
  }
  const extra = scope.extras();
  extra.deadlineTimer = new ScopeTimer(scope, expire);
  scope.loop.addTimer(extra.deadlineTimer, delay);
  extra.deadline = extra.deadlineTimer.when;
}
