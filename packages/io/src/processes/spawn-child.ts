// node's spawn for a plan, and what node leaves open where it has started nothing.
import { spawn, type ChildProcess } from "node:child_process";
import { channel } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { ProcessPlan } from "./process-options.ts";

/** What node is told of a standard stream. */
export type Lead = "inherit" | "ignore" | "pipe" | number | Socket;

/** Where node shows, before it spawns, the pipes that it has made. */
const starts = channel("tracing:child_process.spawn:start");

interface Started {
  readonly options: { readonly stdio: readonly { readonly handle?: { close(): void } }[] };
}

/** Spawns. Where that fails, `pid` is undefined and the error is told by an event, or it is thrown; no pipe is left open. */
export function spawnChild(plan: ProcessPlan, stdio: Lead[]): ChildProcess {
  if (!stdio.includes("pipe")) return spawnPlan(plan, stdio);
  let started: Started | null = null;
  const note = (message: unknown): void => void (started ??= message as Started);
  starts.subscribe(note);
  let child: ChildProcess;
  try {
    child = spawnPlan(plan, stdio);
  } finally {
    starts.unsubscribe(note);
  }
  // Out of descriptors, node gives up before it makes streams of its pipes: nobody else can close them.
  if (child.stdin === undefined)
    for (const { handle } of (started as Started | null)?.options.stdio ?? []) handle?.close();
  return child;
}

function spawnPlan(plan: ProcessPlan, stdio: Lead[]): ChildProcess {
  return spawn(plan.program, plan.args, {
    stdio,
    detached: plan.processGroup,
    ...(plan.cwd === undefined ? {} : { cwd: plan.cwd }),
    ...(plan.env === undefined ? {} : { env: plan.env as NodeJS.ProcessEnv }),
    ...(plan.argv0 === undefined ? {} : { argv0: plan.argv0 }),
    ...(plan.user === undefined ? {} : { uid: plan.user }),
    ...(plan.group === undefined ? {} : { gid: plan.group }),
  });
}
