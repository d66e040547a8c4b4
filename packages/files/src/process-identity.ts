// Which process this is, in a few letters that stand in names of files, and whether such a process still runs. A number alone would not do:
// numbers are used again, also by the next container and after the next start of the machine.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { hostname } from "node:os";

/** `<number>-<when it began>-<where numbers mean this>`, of letters, digits and hyphens. */
export type ProcessIdentity = string;

let own: ProcessIdentity | undefined;

export function processIdentity(): ProcessIdentity {
  own ??= [process.pid, startOf(process.pid) ?? 0].map((n) => n.toString(36)).join("-") + `-${place()}`;
  return own;
}

/** Whether the process runs; undefined where this cannot be told: it may be another machine's, or another container's. */
export function isRunning(identity: ProcessIdentity): boolean | undefined {
  const match = /^([0-9a-z]+)-([0-9a-z]+)-([0-9a-f]{10})$/.exec(identity);
  if (match === null || match[3] !== place()) return undefined;
  const pid = parseInt(match[1]!, 36);
  const start = startOf(pid);
  if (start !== undefined) return start === parseInt(match[2]!, 36);
  if (process.platform === "linux") return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** In ticks since the machine started; undefined where no such process runs, or the system does not tell. */
function startOf(pid: number): number | undefined {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name before it may hold anything, brackets and blanks too.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended: only its parent has not looked yet.
    return fields[0] === "Z" || fields[0] === "X" ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}

let here: string | undefined;

/** Where process numbers mean what they mean here: this machine, since it started, in this namespace. */
function place(): string {
  here ??= createHash("sha256")
    .update([hostname(), bootIdentity(), numberSpace()].join("\n"))
    .digest("hex")
    .slice(0, 10);
  return here;
}

function bootIdentity(): string {
  try {
    return fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
  } catch {
    return "";
  }
}

function numberSpace(): string {
  try {
    return fs.readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
