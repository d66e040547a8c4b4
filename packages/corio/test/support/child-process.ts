// Programs of test/fixtures, run by node as users run theirs; or by another host, as tools/hosts.ts asks.

import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";

const [program = process.execPath, ...programArgs] = JSON.parse(
  process.env["CORIO_TEST_HOST"] ?? "[]",
) as string[];

/** Who runs the programs: "node", "bun" or "deno". */
export const hostName: string = /(?:^|[\\/])(bun|deno)(?:\.exe)?$/.exec(program)?.[1] ?? "node";

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export class Program {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<Ended>;
  #stdout = "";
  #stderr = "";
  readonly #watchers = new Set<() => void>();

  constructor(name: string, args: readonly string[]) {
    const file = new URL(`../fixtures/${name}`, import.meta.url).pathname;
    this.#child = spawn(program, [...programArgs, "--conditions=@corio/source", file, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      for (const watcher of this.#watchers) watcher();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      for (const watcher of this.#watchers) watcher();
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
        for (const watcher of this.#watchers) watcher();
      });
    });
  }

  /** Waits until the program has written the text. */
  async written(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        const found = (this.#stdout + this.#stderr).includes(text);
        const over = this.#child.exitCode !== null || this.#child.signalCode !== null;
        if (!found && !over) return;
        this.#watchers.delete(look);
        if (found) resolve();
        else reject(new Error(`ended before it wrote "${text}":\n${this.#stdout}\n${this.#stderr}`));
      };
      this.#watchers.add(look);
      look();
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }

  /** For a test that failed half-way. */
  stop(): void {
    this.#child.kill("SIGKILL");
  }
}

const running = new Set<Program>();

/** Starts a program of test/fixtures. */
export function start(name: string, ...args: string[]): Program {
  const program = new Program(name, args);
  running.add(program);
  void program.ended().finally(() => running.delete(program));
  return program;
}

export function stopAll(): void {
  for (const program of running) program.stop();
}
