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
  if (when !== null && Number.isNaN(when)) throw new RangeError("Cannot set a deadline of NaN");
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

/** Sets the deadline in milliseconds from now; cheaper than an absolute one where durations repeat. */
export function setTimeoutOf(scope: ScopeNode, delay: number | null): void {
  if (delay === null || delay === Infinity) return;
  if (typeof delay !== "number" || Number.isNaN(delay)) {
    throw new TypeError(`Cannot set a timeout of ${String(delay)}: it takes milliseconds, Infinity or null`);
  }
  if (delay <= 0) {
    expire(scope);
    return;
  }
  const extra = scope.extras();
  extra.deadlineTimer = new ScopeTimer(scope, expire);
  scope.loop.addTimer(extra.deadlineTimer, delay);
  extra.deadline = extra.deadlineTimer.when;
}
