// Harvest as its users run it: a process of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  /** Without the lines of progress, of which a slow machine sees some. */
  readonly stderr: string;
}

const PROGRESS = /^\d+ of \d+ .*pages\/s.*\n/gm;

export interface Program {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts harvest; `dialect` is that of its worker. */
export function startProgram(
  args: readonly string[],
  options: { cwd?: string; dialect?: string } = {},
): Program {
  const child = spawn(process.execPath, ["--conditions=@corio/source", CLI, ...args], {
    cwd: options.cwd,
    env: { ...process.env, HARVEST_DIALECT: options.dialect ?? "functions" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (said[name] += text));
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ code, stdout: said.stdout, stderr: said.stderr.replace(PROGRESS, "") }),
    );
  });
  return { process: child, ended };
}

export function runProgram(
  args: readonly string[],
  options?: { cwd?: string; dialect?: string },
): Promise<Ended> {
  return startProgram(args, options).ended;
}
