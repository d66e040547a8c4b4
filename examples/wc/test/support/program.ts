// wc as its users run it, and the one that came before: processes of their own.
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface ProgramOptions {
  readonly cwd: string;
  /** What stands at standard input; it is left open when nothing is given. */
  readonly input?: string | Uint8Array;
}

export function startOurs(args: readonly string[], options: ProgramOptions): Program {
  return start(process.execPath, ["--conditions=@corio/source", CLI, ...args], options);
}

/** GNU's. */
export function startTheirs(args: readonly string[], options: ProgramOptions): Program {
  return start("wc", args, options);
}

function start(program: string, args: readonly string[], options: ProgramOptions): Program {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, LC_ALL: "C.UTF-8" },
    stdio: "pipe",
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (said[name] += text));
  }
  // One that has ended does not read to the end.
  child.stdin.on("error", () => {});
  if (options.input !== undefined) child.stdin.end(options.input);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...said }));
  });
  return { process: child, ended };
}
