// A child process of JavaScript: a server, which says its port and serves until it is killed, or a client, which says one line of JSON.
//
//   node --conditions=@corio/source child.ts CONTESTANT server echo|tls
//   node --expose-gc --conditions=@corio/source child.ts CONTESTANT client BENCH N MILLISECONDS [PORT]
import type { Adapter, Client } from "./adapters/adapter.ts";

/** At most so many timed calls, and no further one after the milliseconds. */
const mostCalls = 5;

const [contestant = "", role = "", what = "", ...rest] = process.argv.slice(2);
const { default: adapter } = (await import(`./adapters/${contestant}.ts`)) as { default: Adapter };

function say(result: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify(result));
}

async function once(client: Client, n: number, port: number): Promise<{ ns: number; check: number }> {
  let from = 0n;
  let to = 0n;
  (globalThis as { gc?: () => void }).gc?.();
  const timer = {
    start: () => void (from = process.hrtime.bigint()),
    stop: () => void (to = process.hrtime.bigint()),
  };
  timer.start();
  const check = await client(n, port, timer);
  if (to === 0n) timer.stop();
  return { ns: Number(to - from) / n, check };
}

async function measure(client: Client, n: number, budget: number, port: number): Promise<void> {
  const usage = process.cpuUsage();
  // Warm: the engines of both sides have compiled what they will.
  await once(client, n, port);
  const times: number[] = [];
  let check = 0;
  for (let spent = 0; times.length < mostCalls && (times.length === 0 || spent < budget);) {
    const from = performance.now();
    const result = await once(client, n, port);
    spent += performance.now() - from;
    times.push(result.ns);
    check = result.check;
  }
  const median = times.toSorted((a, b) => a - b)[times.length >> 1]!;
  const { user, system } = process.cpuUsage(usage);
  say({ ns: Number(median.toFixed(1)), cpu: (user + system) * 1000, calls: times.length, check });
}

if (role === "server") say({ port: await adapter.servers[what as "echo" | "tls"]() });
else {
  const [n, budget, port = 0] = rest.map(Number) as [number, number, number?];
  const client = adapter.clients[what];
  if (client === undefined) say({ missing: true });
  else await measure(client, n, budget, port);
  process.exit(0);
}
