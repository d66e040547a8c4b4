// Debug mode: resources that were still open when their run ended.

import { hooks } from "../../kernel/hooks.ts";
import { scopeHereOrNull } from "../../kernel/scope-current.ts";
import type { ScopeNode } from "../../kernel/scope.ts";
import { takeStack, type StackHolder } from "../../kernel/stack.ts";
import { debugRunOf, type DebugRun } from "./debug-runs.ts";
import { warn } from "./warning.ts";

interface Resource {
  readonly description: string;
  readonly stack: StackHolder;
}

const open = new WeakMap<ScopeNode, Set<Resource>>();

const nothing = (): void => {};

/**
 * For libraries: notes that something was opened which must be closed (a socket, a server, a pool). The function that is given back is to
 * be called when it is. In debug mode, what is still open when the run ends is reported, with the place; otherwise this does nothing.
 */
export function trackResource(description: string): () => void {
  if (hooks.debug === null) return nothing;
  const run = debugRunOf(scopeHereOrNull());
  if (run === null) return nothing;
  let resources = open.get(run.scope);
  if (resources === undefined) open.set(run.scope, (resources = new Set()));
  const resource = { description, stack: takeStack(trackResource, 24) };
  const noted = resources.add(resource);
  return () => void noted.delete(resource);
}

export function reportOpenResources(run: DebugRun): void {
  for (const { description, stack } of open.get(run.scope) ?? []) {
    warn(run.scope, "RESOURCE_NOT_CLOSED", `${description} was not closed when its run ended`, stack);
  }
  open.delete(run.scope);
}
