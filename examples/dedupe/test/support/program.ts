// dedupe as its users run it: a process of its own; and the pipe that does the same.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
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

export function startProgram(args: readonly string[], cwd: string): Program {
  const child = spawn(process.execPath, ["--conditions=@corio/source", CLI, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (said[name] += text));
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...said }));
  });
  return { process: child, ended };
}

/** What `find | sha256sum | sort | uniq` finds in a folder: groups of names. */
export function pipe(folder: string, cwd: string): string[][] {
  const script = `find "$1" -type f -size +0 -print0 | xargs -0 -r sha256sum | sort | uniq -w64 --all-repeated=separate | cut -c67-`;
  const text = execFileSync("sh", ["-c", script, "sh", folder], { cwd, encoding: "utf8" });
  return groupsOf(text);
}

/** Groups of names, in the order of their names. */
export function groupsOf(text: string): string[][] {
  return text
    .split("\n\n")
    .map((group) => group.split("\n").filter((line) => line !== ""))
    .filter((group) => group.length > 0)
    .map((group) => group.sort())
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
}
