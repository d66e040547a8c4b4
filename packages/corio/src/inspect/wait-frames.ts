// The stack of a wait: through the coroutine that waits and those around it, out to the task.

import { framesOf } from "../kernel/probe.ts";
import { TASK } from "../kernel/scope-flags.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import { formatFrame, type Frame } from "../kernel/stack.ts";
import type { Strand } from "../kernel/strand.ts";
import type { ParkedWait } from "../kernel/task-waits.ts";
import { madeFrames } from "./records.ts";

/**
 * Innermost first. The stack of an async function is gone while it waits: in debug mode the place where it made what it waits for stands
 * in its stead.
 */
export function framesOfWait({ leaf, scope, strand }: ParkedWait): Frame[] {
  const frames = strand === null ? madeFrames(leaf) : framesOf(strand);
  const seen = new Set<Strand>(strand === null ? [] : [strand]);
  for (let s: ScopeNode | null = scope; s !== null; s = s.parent) {
    if (s.strand !== null && !seen.has(s.strand)) {
      seen.add(s.strand);
      append(frames, framesOf(s.strand));
    }
    if ((s.flags & TASK) !== 0) break;
  }
  return frames;
}

/** What an async function makes before it has waited is made below the coroutine that called it: those frames are there already. */
function append(frames: Frame[], outer: readonly Frame[]): void {
  let shared = Math.min(frames.length, outer.length);
  while (shared > 0 && !isSame(frames.slice(-shared), outer)) shared--;
  frames.push(...outer.slice(shared));
}

function isSame(frames: readonly Frame[], outer: readonly Frame[]): boolean {
  return frames.every((frame, i) => formatFrame(frame) === formatFrame(outer[i]!));
}
