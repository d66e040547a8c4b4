// What tests see of the kernel from inside a run: the loop, the tree of scopes, and how much is left in them.

import { currentScope } from "corio";
import type { EventLoop } from "../../src/kernel/event-loop.ts";
import type { ScopeNode } from "../../src/kernel/scope.ts";

export function nodeHere(): ScopeNode {
  return currentScope() as unknown as ScopeNode;
}

/** The task of the run: a simulation has a scope of its own around its program. */
export function rootHere(): ScopeNode {
  let root = nodeHere();
  while (root.parent !== null) root = root.parent;
  return root;
}

export function loopHere(): EventLoop {
  return nodeHere().loop;
}

/** The scopes directly inside a scope. */
export function childrenOf(node: ScopeNode): ScopeNode[] {
  const children: ScopeNode[] = [];
  for (let child = node.first; child !== null; child = child.next) children.push(child);
  return children;
}

/** The waits of async functions that stand in a scope. */
export function waitsIn(node: ScopeNode): number {
  let count = 0;
  for (let wait = node.waits; wait !== null; wait = wait.nextWait) count++;
  return count;
}

/** Runs something between two steps of the loop, behind all that is ready. */
export function soon(run: () => void, loop: EventLoop = loopHere()): void {
  loop.wake({ guest: false, run });
}
