// One sample: the server and the client of one contestant in one benchmark, each a process of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Bench } from "./benches.ts";
import { command, type Contestant } from "./contestants.ts";

export interface Sample {
  readonly contestant: string;
  readonly bench: string;
  /** Nanoseconds per operation: the median of the child's calls. */
  readonly ns: number;
}

/** No child takes nearly as long. */
const limit = 300_000;

interface Said {
  readonly port?: number;
  readonly ns?: number;
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
    const client = start(contestant, "client", bench.name, n, budget, ...port);
    const gone = once(client, "close");
    const said = await line(client, what);
    await gone;
    if (said.missing === true) return null;
    if (said.check !== bench.check(n))
      throw new Error(`${what}: its check is ${said.check}, not ${bench.check(n)}`);
    return { contestant: contestant.name, bench: bench.name, ns: said.ns! };
  } finally {
    if (server !== null && server.exitCode === null && server.signalCode === null) {
      server.kill("SIGKILL");
      await once(server, "close");
    }
  }
}
