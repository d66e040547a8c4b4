// One sample: the server and the client of one contestant in one benchmark, each a process of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import type { Bench } from "./benches.ts";
import { command, type Contestant } from "./contestants.ts";

export interface Sample {
  readonly contestant: string;
  readonly bench: string;
  /** Nanoseconds per operation: the median of the child's calls. */
  readonly ns: number;
  /** Nanoseconds of the processors per operation, both ends together and the first, cold call among them; null where that is not known. */
  readonly cpu: number | null;
}

/** No child takes nearly as long. */
const limit = 300_000;

interface Said {
  readonly port?: number;
  readonly ns?: number;
  readonly cpu?: number;
  readonly calls?: number;
  readonly check?: number;
  readonly missing?: boolean;
}

/** Waits for a child's line of JSON. */
function line(child: ChildProcess, what: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${what}: not done after ${limit / 1000} s`));
    }, limit);
    child.stdout!.on("data", (data) => {
      text += String(data);
      if (!text.includes("\n")) return;
      clearTimeout(timer);
      resolve(JSON.parse(text) as Said);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${what}: ended with ${code ?? signal}, and said ${JSON.stringify(text)}`));
    });
  });
}

function start(contestant: Contestant, ...args: readonly (string | number)[]): ChildProcess {
  const [program, ...before] = command(contestant);
  return spawn(program!, [...before, ...args.map(String)], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Nanoseconds of the processors that a process has used; null where there is no `/proc`. */
function processorTime({ pid }: ChildProcess): number | null {
  try {
    // Behind the name, which may hold anything: in hundredths of a second, wherever Linux runs.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 1e7;
  } catch {
    return null;
  }
}

/** null where the contestant has no such benchmark. */
export async function measure(
  contestant: Contestant,
  bench: Bench,
  n: number,
  budget: number,
): Promise<Sample | null> {
  const what = `${contestant.name} ${bench.name}`;
  let server: ChildProcess | null = null;
  try {
    const port: (string | number)[] = [];
    if (bench.server !== null) {
      server = start(contestant, "server", bench.server);
      port.push((await line(server, `${what}, server`)).port!);
    }
    const before = server === null ? null : processorTime(server);
    const client = start(contestant, "client", bench.name, n, budget, ...port);
    const gone = once(client, "close");
    const said = await line(client, what);
    const after = server === null ? null : processorTime(server);
    // It has said all: node has been seen to hang at its own exit, where it waits for a thread of V8's.
    client.kill("SIGKILL");
    await gone;
    if (said.missing === true) return null;
    if (said.check !== bench.check(n))
      throw new Error(`${what}: its check is ${said.check}, not ${bench.check(n)}`);
    const cpu =
      before === null || after === null ? null : (after - before + said.cpu!) / (n * (said.calls! + 1));
    return { contestant: contestant.name, bench: bench.name, ns: said.ns!, cpu };
  } finally {
    if (server !== null && server.exitCode === null && server.signalCode === null) {
      server.kill("SIGKILL");
      await once(server, "close");
    }
  }
}
