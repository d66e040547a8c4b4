// Runs harvest as a user does: a process of its own.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../examples/harvest/src/cli.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  /** Milliseconds. */
  readonly elapsed: number;
}

/** Runs harvest to its end; interrupted by SIGINT after so many milliseconds, if it is told so. */
export function runHarvest(args: readonly string[], interruptAfter?: number): Promise<Ended> {
  const started = performance.now();
  const child = spawn(process.execPath, ["--conditions=@corio/source", CLI, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const timer =
    interruptAfter === undefined ? undefined : setTimeout(() => child.kill("SIGINT"), interruptAfter);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      // Interrupted before it could take notice, it ends as a shell has it.
      resolve({ code: signal === "SIGINT" ? 130 : code, output, elapsed: performance.now() - started });
    });
  });
}
