// The figures of threads.ts, a program of its own: in one process, because what is compared is one call's way to a thread and back.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ahead, python } from "./contestants.ts";

export interface Threads {
  /** As threads.ts prints it. */
  readonly table: string;
  /** Coroutines' time as a multiple of the bare pool's, by benchmark. */
  readonly ratios: Readonly<Record<string, number>>;
}

export function measureThreads(quick: boolean): Threads {
  const script = fileURLToPath(new URL("threads.ts", import.meta.url));
  const node = [process.execPath, "--conditions=@corio/source", script, ...(quick ? ["--quick"] : [])];
  const [program, ...args] = [...ahead, ...node] as [string, ...string[]];
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PYTHON: python },
    timeout: 600_000,
    killSignal: "SIGKILL",
  });
  if (status !== 0) throw new Error(`threads.ts: ended with ${status}`);
  const ratios: Record<string, number> = {};
  for (const line of stdout.split("\n")) {
    const found = /^\| ([^|]+) \| [^|]+ \| [\d.,]+ \(([\d.]+)\)/.exec(line);
    if (found !== null) ratios[found[1]!] = Number(found[2]);
  }
  return { table: stdout.trim(), ratios };
}
