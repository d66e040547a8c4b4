// Which runs are in debug mode, and with which settings.

import type { DebugOptions } from "../../kernel/hooks.ts";
import { RUN } from "../../kernel/scope-flags.ts";
import type { ScopeNode } from "../../kernel/scope.ts";

export const DEFAULTS: { readonly [Name in keyof DebugOptions]-?: number } = {
  slowCallbackDuration: 100,
  slowCancellation: 1000,
};

/** A run in debug mode. */
export class DebugRun {
  readonly scope: ScopeNode;
  readonly slowCallbackDuration: number;
  readonly slowCancellation: number;

  constructor(scope: ScopeNode, options: DebugOptions) {
    this.scope = scope;
    const {
      slowCallbackDuration = DEFAULTS.slowCallbackDuration,
      slowCancellation = DEFAULTS.slowCancellation,
    } = options;
    this.slowCallbackDuration = slowCallbackDuration;
    this.slowCancellation = slowCancellation;
  }
}

export function assertDebugOptions(options: DebugOptions | null): void {
  const { slowCallbackDuration = 0, slowCancellation = 0 } = options ?? {};
  for (const [name, ms] of Object.entries({ slowCallbackDuration, slowCancellation })) {
    if (typeof ms === "number" && ms >= 0) continue;
    throw new RangeError(`Cannot debug with ${name} ${String(ms)}: it takes milliseconds, zero or more`);
  }
}

/** By the scope of the run; null where it was switched off. */
export const debugRuns: Map<ScopeNode, DebugRun | null> = new Map();

/** The innermost run around the scope, if it is in debug mode. One that was not asked is as the run around it. */
export function debugRunOf(scope: ScopeNode | null): DebugRun | null {
  for (let s = scope; s !== null; s = s.parent) {
    if ((s.flags & RUN) === 0) continue;
    const run = debugRuns.get(s);
    if (run !== undefined) return run;
  }
  return null;
}

export function isInDebug(scope: ScopeNode | null): boolean {
  return debugRunOf(scope) !== null;
}

/** The innermost run around the scope. */
export function runAround(scope: ScopeNode): ScopeNode {
  let run = scope;
  while ((run.flags & RUN) === 0) run = run.parent!;
  return run;
}
