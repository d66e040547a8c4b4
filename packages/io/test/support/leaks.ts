// What a test leaves open: sockets that node holds, and descriptors that the system counts.
import { readdirSync, readlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect } from "vitest";

const watched = new Set([
  "TCPSocketWrap",
  "TCPServerWrap",
  "PipeWrap",
  "PipeServerWrap",
  "TLSWrap",
  "UDPWrap",
  "ProcessWrap",
]);

/** Sockets, servers, pipes and processes that node holds, by kind. */
export function openHandles(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => watched.has(kind))
    .sort();
}

/** The sockets and pipes among the process's descriptors; none where the system does not tell. */
export function openSockets(): string[] {
  let names: string[];
  try {
    names = readdirSync("/proc/self/fd");
  } catch {
    return [];
  }
  return names.flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return /^(?:socket|pipe):/.test(target) ? [target] : [];
    } catch {
      return [];
    }
  });
}

/** What is open now and was not before, once the system has had its turns. */
export async function leftOpen(before: OpenThings): Promise<string[]> {
  for (let turn = 0; ; turn++) {
    const left = [
      ...openSockets().filter((name) => !before.sockets.has(name)),
      ...(openHandles().length > before.handles.length ? openHandles() : []),
    ];
    if (left.length === 0 || turn === 5000) return left;
    await setImmediate();
  }
}

export interface OpenThings {
  readonly handles: readonly string[];
  readonly sockets: ReadonlySet<string>;
}

export function openNow(): OpenThings {
  return { handles: openHandles(), sockets: new Set(openSockets()) };
}

/** Every test of the file must close what it opens. */
export function leavesNothingOpen(): void {
  let before: OpenThings;
  beforeEach(() => {
    before = openNow();
  });
  afterEach(async () => {
    expect(await leftOpen(before)).toEqual([]);
  });
}
