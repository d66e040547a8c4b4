// The benchmarks: what each one does, how often, and the value that it must give, so that nobody wins by skipping work.

export interface Bench {
  readonly name: string;
  /** What one operation is, as the tables say it. */
  readonly label: string;
  /** Operations in one timed call; a peer may have its own number (see peers.ts). */
  readonly n: number;
  /** The value of a call of `n`; null where memory is measured, not time. */
  readonly check: ((n: number) => number) | null;
  /** Rounds after which it is known well enough, for one that takes long. */
  readonly rounds?: number;
}

const sumBelow = (n: number): number => (n * (n - 1)) / 2;
const same = (n: number): number => n;

export const benches: readonly Bench[] = [
  { name: "a_spawn_join", label: "spawn and join", n: 100_000, check: sumBelow },
  { name: "a2_spawn_yield_join", label: "spawn, one yield each, join", n: 100_000, check: sumBelow },
  { name: "a3_spawn_await_seq", label: "spawn one, join it, repeat", n: 100_000, check: sumBelow },
  { name: "b_yield", label: "yield to other tasks", n: 1_000_000, check: same },
  { name: "b2_yield_io", label: "yield that lets I/O in", n: 100_000, check: same },
  { name: "c_pingpong", label: "queue ping-pong", n: 200_000, check: (n) => sumBelow(n / 2 + 1) },
  { name: "d_sleep", label: "100k tasks sleep 10 ms", n: 100_000, check: same },
  { name: "e_cancel", label: "cancel 100k sleepers", n: 100_000, check: same },
  { name: "f_deep_calls", label: "call 50 deep, leaf awaits", n: 10_000, check: (n) => 51 * n },
  { name: "f2_deep_leaf", label: "leaf awaits at depth 50", n: 10_000, check: () => 51 },
  { name: "f3_deep_calls_sync", label: "call 50 deep, leaf returns", n: 10_000, check: (n) => 51 * n },
  { name: "g_semaphore", label: "100k tasks, semaphore of 100", n: 100_000, check: same },
  { name: "g2_bounded_map", label: "bounded map, 100 at once", n: 100_000, check: same },
  { name: "h_lock", label: "uncontended lock", n: 1_000_000, check: same },
  { name: "m_mem", label: "memory of a sleeping task", n: 100_000, check: null },
  ...waiters("i_waiters", "hand-over"),
  ...waiters("i2_waiters_cancelled", "half cancelled, last first"),
];

/** The same work at three sizes: a quadratic corner shows as a growing time per waiter. */
function waiters(name: string, label: string): Bench[] {
  return [
    { name: `${name}_10k`, label: `10k, ${label}`, n: 10_000, check: same },
    { name: `${name}_100k`, label: `100k, ${label}`, n: 100_000, check: same },
    { name: `${name}_1m`, label: `1M, ${label}`, n: 1_000_000, check: same, rounds: 3 },
  ];
}

export function benchNamed(name: string): Bench {
  const bench = benches.find((each) => each.name === name);
  if (bench === undefined) {
    throw new Error(`no benchmark ${name}; there are ${benches.map((each) => each.name).join(", ")}`);
  }
  return bench;
}
