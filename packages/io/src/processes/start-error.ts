// Why a process could not be started. The system tells one code for several mistakes; what is at fault is looked up afterwards.
import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import {
  ProcessStartError,
  ProgramNotExecutableError,
  ProgramNotFoundError,
  WorkingFolderError,
} from "../errors.ts";
import type { ProcessPlan } from "./process-options.ts";

const reasons: Readonly<Record<string, string>> = {
  E2BIG: "its arguments and environment are too long",
  EAGAIN: "there are too many processes",
  EBADF: "a descriptor for it is not open",
  EMFILE: "this program has too many files open",
  ENFILE: "the system has too many files open",
  ENOMEM: "the system has no memory for it",
  EPERM: "this program may not start it as that user or group",
};

/** What the library throws for a failed spawn. */
export function startError(error: unknown, plan: ProcessPlan): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (!(error instanceof Error) || typeof code !== "string" || code.startsWith("ERR_")) return error;
  const { program, cwd } = plan;
  const folder = cwd === undefined ? null : folderFault(cwd);
  if (folder !== null) {
    return new WorkingFolderError(`Cannot start ${plan.shown}: ${folder}`, program, cwd!, error);
  }
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES" || code === "ENOEXEC" || code === "ELOOP")
    return programError(error, code, plan);
  const reason = reasons[code] ?? error.message;
  return new ProcessStartError(`Cannot start ${plan.shown}: ${reason} (${code})`, program, error);
}

/** What the library throws where there is no pipe for both outputs of a process: it is made in the folder for temporary files. */
export function sharedPipeError(error: NodeJS.ErrnoException, plan: ProcessPlan): ProcessStartError {
  const { code = "" } = error;
  const reason = reasons[code] ?? `no pipe for its stdout and stderr can be made in ${tmpdir()}, see TMPDIR`;
  return new ProcessStartError(`Cannot start ${plan.shown}: ${reason} (${code})`, plan.program, error);
}

function folderFault(cwd: string): string | null {
  try {
    if (!statSync(cwd).isDirectory()) return `its folder ${cwd} is a file`;
    accessSync(cwd, constants.X_OK);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES") return `its folder ${cwd} may not be entered (EACCES)`;
    return code === "ENOTDIR"
      ? `a file is in the way to its folder ${cwd} (ENOTDIR)`
      : `its folder ${cwd} does not exist (${code})`;
  }
}

function programError(error: Error, code: string, plan: ProcessPlan): ProcessStartError {
  const { program } = plan;
  const say = (reason: string): string => `Cannot start ${plan.shown}: ${reason}`;
  const named = program.includes("/");
  const path = (plan.env ?? process.env)["PATH"] ?? "";
  const places = (named ? [program] : path.split(delimiter).map((dir) => join(dir, program))).map((place) =>
    wholePath(place, plan.cwd),
  );
  const faults = places.map(faultOf);
  const found = places[faults.indexOf(null)];
  if (found === undefined) {
    const hidden = faults.includes("EACCES");
    if (named && (hidden || code === "ELOOP")) {
      const reason = hidden ? "a folder before it may not be entered" : "its links lead in a circle";
      return new ProgramNotExecutableError(
        say(`${places[0]} cannot be reached: ${reason} (${code})`),
        program,
        error,
      );
    }
    const reason = named
      ? `there is no ${places[0]}`
      : `no folder of PATH${hidden ? " that may be entered" : ""} has a program "${program}" (PATH is ${path})`;
    return new ProgramNotFoundError(say(`${reason} (${code})`), program, error);
  }
  let reason = `${found} may not be executed`;
  if (statSync(found).isDirectory()) reason = `${found} is a folder`;
  else if (code === "ENOENT") {
    const interpreter = interpreterOf(found);
    reason =
      interpreter === null
        ? `what ${found} needs to run is missing`
        : `the interpreter of ${found} is missing: ${interpreter}`;
  } else if (code === "ENOEXEC") reason = `${found} is no program that this system can run`;
  return new ProgramNotExecutableError(say(`${reason} (${code})`), program, error);
}

function wholePath(place: string, cwd: string | undefined): string {
  try {
    return resolve(cwd ?? "", place);
  } catch {
    // The folder of this program was removed: there is no whole path, and nothing at this one.
    return place;
  }
}

/** Why nothing is seen at a path; null where something is. */
function faultOf(path: string): string | null {
  try {
    statSync(path);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "";
  }
}

/** What a script names behind its `#!`. */
function interpreterOf(script: string): string | null {
  let fd: number;
  try {
    fd = openSync(script, "r");
  } catch {
    return null;
  }
  try {
    const start = Buffer.alloc(256);
    const length = readSync(fd, start, 0, start.length, 0);
    return /^#!\s*(\S+)/.exec(start.toString("utf8", 0, length))?.[1] ?? null;
  } finally {
    closeSync(fd);
  }
}
