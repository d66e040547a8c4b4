// The child process: one peer, one benchmark, one line of JSON.
//
//   node --expose-gc --conditions=@corio/source bench.ts PEER BENCH [N] [MILLISECONDS]
//
// An adapter is adapters/PEER.mjs: `export default { benches: { NAME: async (n, timer) => check } }`. A benchmark may call
// `timer.start()` and `timer.stop()` around the part that counts (otherwise the whole call does), and one that measures memory calls
// `timer.measure()` while its tasks sleep.
import { benchNamed } from "./benches.ts";
import { peerNamed } from "./peers.ts";

interface Timer {
  start(): void;
  stop(): void;
  measure(): void;
}

type Run = (n: number, timer: Timer) => unknown;

/** At most so many timed calls, and no further one after `budget` milliseconds. */
const MOST_CALLS = 5;

const [peerName = "", benchName = "", nArgument, budgetArgument] = process.argv.slice(2);
const peer = peerNamed(peerName);
const bench = benchNamed(benchName);
const n = Number(nArgument ?? peer.sizes?.[bench.name] ?? bench.n);
const budget = Number(budgetArgument ?? 1000);

const gc = globalThis.gc as (() => void) | undefined;
if (gc === undefined) throw new Error("run me with --expose-gc");

function say(result: Readonly<Record<string, unknown>>): never {
  console.log(JSON.stringify({ peer: peer.name, bench: bench.name, n, ...result }));
  process.exit(0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const ignored = (): void => {};

async function once(run: Run, size: number): Promise<{ ns: number; check: unknown }> {
  let from = 0n;
  let to = 0n;
  const timer: Timer = {
    start: () => void (from = process.hrtime.bigint()),
    stop: () => void (to = process.hrtime.bigint()),
    measure: ignored,
  };
  gc!();
  timer.start();
  const check = await run(size, timer);
  if (to === 0n) timer.stop();
  return { ns: Number(to - from) / size, check };
}

async function measureMemory(run: Run): Promise<never> {
  await run(1000, { start: ignored, stop: ignored, measure: ignored });
  gc!();
  await new Promise((resolve) => setTimeout(resolve, 50));
  gc!();
  const before = process.memoryUsage();
  let after = before;
  await run(n, {
    start: ignored,
    stop: ignored,
    measure() {
      gc!();
      after = process.memoryUsage();
    },
  });
  const heap = (usage: NodeJS.MemoryUsage): number => usage.heapUsed + usage.external;
  return say({
    heap: Math.round((heap(after) - heap(before)) / n),
    resident: Math.round((after.rss - before.rss) / n),
  });
}

async function measureTime(run: Run): Promise<never> {
  // Warm: the engine has compiled what it will.
  await once(run, Math.max(100, Math.min(n, 20_000)));
  if (n > 20_000) await once(run, Math.min(n >> 1, 100_000));
  const times: number[] = [];
  let check: unknown;
  for (let spent = 0; times.length < MOST_CALLS && (times.length === 0 || spent < budget);) {
    const from = performance.now();
    const result = await once(run, n);
    spent += performance.now() - from;
    times.push(result.ns);
    check = result.check;
  }
  return say({ ns: Number(median(times).toFixed(1)), calls: times.length, check });
}

const adapter = (await import(`./adapters/${peer.name}.mjs`)) as {
  default: { benches: Record<string, Run> };
};
const run = adapter.default.benches[bench.name];
if (run === undefined) say({ missing: true });
await (bench.check === null ? measureMemory(run) : measureTime(run));
