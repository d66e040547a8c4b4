// An await that waits for nothing: where library code loops over what is there already, it must still be possible to stop it.

import type { Awaitable } from "./awaitable.ts";
import { Operation, runningStrand } from "./operation.ts";
import type { WaitTarget } from "./wait-target.ts";

class CancelPoint extends Operation<void> {
  protected start(): boolean {
    return true;
  }

  describe(): string {
    return "a cancel point";
  }

  waitsFor(): WaitTarget {
    return { kind: "turn" };
  }
}

/** Whether a cancel point has something to do: loops pass by it otherwise, at the cost of a look. To be called in a step; one that has `waited` is paid for. */
export function cancelPointDue(waited = false): boolean {
  const strand = runningStrand();
  return strand.at.pending !== null || (!waited && !strand.loop.spend());
}

/** Throws what is pending, and spends the budget of the turn; otherwise goes on at once. Compare `checkpoint`, which gives up the turn. */
export function cancelPoint(): Awaitable<void> {
  return new CancelPoint();
}
