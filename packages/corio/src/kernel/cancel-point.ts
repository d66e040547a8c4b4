// An await that waits for nothing: where library code loops over what is there already, it must still be possible to stop it.

import type { Awaitable } from "./awaitable.ts";
import { Operation } from "./operation.ts";

class CancelPoint extends Operation<void> {
  protected start(): boolean {
    return true;
  }

  describe(): string {
    return "a cancel point";
  }
}

/** Throws what is pending, and spends the budget of the turn; otherwise goes on at once. Compare `checkpoint`, which gives up the turn. */
export function cancelPoint(): Awaitable<void> {
  return new CancelPoint();
}
