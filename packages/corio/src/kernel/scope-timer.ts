// A timer for something that happens to a scope: its deadline, the end of its grace.

import type { ScopeNode } from "./scope.ts";
import type { TimerList, TimerNode } from "./timer-queue.ts";

export class ScopeTimer implements TimerNode {
  when = 0;
  order = 0;
  before: TimerNode | null = null;
  after: TimerNode | null = null;
  list: TimerList | null = null;
  readonly #scope: ScopeNode;
  readonly #happen: (scope: ScopeNode) => void;

  constructor(scope: ScopeNode, happen: (scope: ScopeNode) => void) {
    this.#scope = scope;
    this.#happen = happen;
  }

  fire(): void {
    this.#happen(this.#scope);
  }
}
