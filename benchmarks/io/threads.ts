// Round trips to a thread: Corio against the bare pool that it stands on, taking turns in one process, and asyncio.to_thread.
//
//   node --conditions=@corio/source benchmarks/io/threads.ts [--quick]
//
// On an idle machine a call waits for a sleeping processor to wake, which takes five times as long as the call: which of the pools meets
// that is chance. So each round starts its threads anew, and the ratio is the median of the rounds' own. `taskset -c 0` takes chance out:
// all threads then share one processor.
import { spawnSync } from "node:child_process";
import { run, type Awaitable } from "corio";
import { ThreadExecutor, transfer } from "@corio/io";
import { move, Piscina } from "piscina";
import { back, echo, nothing } from "./threads-work.ts";

const quick = process.argv.includes("--quick");
const rounds = quick ? 5 : 25;
const settings = { workers: 2, idleTimeout: 30_000 };

type Payload = Uint8Array | undefined;

interface Bench {
  readonly name: string;
  readonly n: number;
  readonly flight: number;
  readonly payload: () => Payload;
  /** One call of the bare pool. */
  readonly bare: (pool: Piscina, payload: Payload) => Promise<Payload>;
  readonly ours: (executor: ThreadExecutor, payload: Payload) => Awaitable<unknown>;
}

const empty = {
  payload: () => undefined,
  bare: (pool: Piscina) => pool.run(undefined, { name: "nothing" }) as Promise<Payload>,
  ours: (executor: ThreadExecutor) => executor.submit(nothing, []),
};

const copied = {
  bare: (pool: Piscina, payload: Payload) => pool.run(payload, { name: "echo" }) as Promise<Payload>,
  ours: (executor: ThreadExecutor, payload: Payload) => executor.submit(echo, [payload!]),
};

const benches: readonly Bench[] = [
  { name: "empty, 1 in flight", n: 500, flight: 1, ...empty },
  { name: "empty, 8 in flight", n: 1000, flight: 8, ...empty },
  { name: "1 KiB there and back", n: 500, flight: 1, payload: () => new Uint8Array(1024), ...copied },
  {
    name: "1 MiB there and back, copied",
    n: 50,
    flight: 1,
    payload: () => new Uint8Array(1 << 20),
    ...copied,
  },
  {
    name: "1 MiB there and back, moved",
    n: 200,
    flight: 1,
    payload: () => new Uint8Array(1 << 20),
    bare: (pool, payload) => pool.run(move(payload!), { name: "moveBack" }) as Promise<Payload>,
    ours: (executor, payload) => executor.submit(back, [transfer(payload!)]),
  },
];

/** Microseconds a call: by the clock, and of the processors, in all threads together, which other programs do not change. */
interface Cost {
  readonly clock: number;
  readonly processor: number;
}

/** What a call costs, `flight` callers at once. */
async function timed({ n, flight }: Bench, caller: (takes: () => boolean) => Promise<void>): Promise<Cost> {
  let left = quick ? Math.ceil(n / 5) : n;
  const calls = left;
  const takes = (): boolean => left-- > 0;
  const usage = process.cpuUsage();
  const from = process.hrtime.bigint();
  await Promise.all(Array.from({ length: flight }, () => caller(takes)));
  const clock = Number(process.hrtime.bigint() - from) / 1000 / calls;
  const { user, system } = process.cpuUsage(usage);
  return { clock, processor: (user + system) / calls };
}

type Way = "bare" | "coroutine" | "async";

type Ways = Readonly<Record<Way, Cost>>;

function least(one: Cost, other: Cost): Cost {
  return { clock: Math.min(one.clock, other.clock), processor: Math.min(one.processor, other.processor) };
}

/** One round of a benchmark: new threads, warmed up, and each way twice, in turns. */
async function round(bench: Bench): Promise<Ways> {
  const pool = new Piscina({
    filename: new URL("./threads-work.ts", import.meta.url).href,
    minThreads: 0,
    maxThreads: settings.workers,
    idleTimeout: settings.idleTimeout,
    recordTiming: false,
  });
  const executor = new ThreadExecutor({ ...settings, scope: null });
  const ways = {
    bare: () =>
      timed(bench, async (takes) => {
        let payload = bench.payload();
        while (takes()) payload = await bench.bare(pool, payload);
      }),
    coroutine: () =>
      timed(bench, async (takes) => {
        await run(function* () {
          let payload = bench.payload();
          while (takes()) payload = (yield* bench.ours(executor, payload)) as Payload;
        });
      }),
    async: () =>
      timed(bench, async (takes) => {
        await run(async () => {
          let payload = bench.payload();
          while (takes()) payload = (await bench.ours(executor, payload)) as Payload;
        });
      }),
  };
  for (const way of [ways.bare, ways.coroutine, ways.async]) await way();
  const first = { bare: await ways.bare(), coroutine: await ways.coroutine(), async: await ways.async() };
  const second = { async: await ways.async(), coroutine: await ways.coroutine(), bare: await ways.bare() };
  await pool.destroy();
  await executor[Symbol.asyncDispose]();
  return {
    bare: least(first.bare, second.bare),
    coroutine: least(first.coroutine, second.coroutine),
    async: least(first.async, second.async),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** asyncio.to_thread, in Python; nothing where there is none. */
function asyncio(): Map<string, number> {
  const script = new URL("./threads.py", import.meta.url).pathname;
  const { stdout, status } = spawnSync(
    process.env["PYTHON"] ?? "python3",
    [script, ...(quick ? ["--quick"] : [])],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) return new Map();
  const lines = stdout.trim().split("\n");
  return new Map(
    lines
      .map((line) => JSON.parse(line) as { bench: string; us: number })
      .map(({ bench, us }) => [bench, us]),
  );
}

const python = asyncio();
console.log(
  "Microseconds a call, and the multiple of the bare pool: (by the clock) and [of processor time].\n",
);
console.log("|  | piscina | Corio, coroutines | Corio, async functions | asyncio.to_thread |");
console.log("| --- | --- | --- | --- | --- |");
for (const bench of benches) {
  const samples: Ways[] = [];
  for (let i = 0; i < rounds; i++) samples.push(await round(bench));
  const clock = (way: Way): string => median(samples.map((sample) => sample[way].clock)).toFixed(1);
  const ratio = (way: Way, of: keyof Cost): string =>
    median(samples.map((sample) => sample[way][of] / sample.bare[of])).toFixed(2);
  const cell = (way: Way): string => `${clock(way)} (${ratio(way, "clock")}) [${ratio(way, "processor")}]`;
  const other = python.get(bench.name);
  const cells = [
    clock("bare"),
    cell("coroutine"),
    cell("async"),
    other === undefined ? "–" : other.toFixed(1),
  ];
  console.log(`| ${bench.name} | ${cells.join(" | ")} |`);
}
