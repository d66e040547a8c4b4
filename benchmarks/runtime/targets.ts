// The targets that the runtime has set itself (medians on Node 24), and whether the measured ratios reach them.
import { benches } from "./benches.ts";
import { ratio, type Results } from "./results.ts";

type Bound =
  | { readonly against: string; /** Times the other's time. */ readonly atMost: number }
  | { readonly against: string; /** Times faster than the other. */ readonly faster: number };

interface Target {
  readonly peer: "corio" | "corio-async";
  readonly bench: string;
  readonly bounds: readonly Bound[];
}

const native = (atMost: number): Bound => ({ against: "native", atMost });
const faster = (against: string, times: number): Bound => ({ against, faster: times });

const targets: readonly Target[] = [
  { peer: "corio", bench: "a_spawn_join", bounds: [native(4.5), faster("effect", 6), faster("asyncio", 10)] },
  {
    peer: "corio",
    bench: "a2_spawn_yield_join",
    bounds: [native(5), faster("effect", 3), faster("asyncio", 4)],
  },
  { peer: "corio", bench: "b_yield", bounds: [native(2.5), faster("uvloop", 4)] },
  { peer: "corio", bench: "c_pingpong", bounds: [native(2), faster("asyncio", 10)] },
  { peer: "corio", bench: "d_sleep", bounds: [native(1.3), faster("asyncio", 4)] },
  { peer: "corio", bench: "e_cancel", bounds: [{ against: "effect", atMost: 1.3 }, faster("asyncio", 3)] },
  { peer: "corio", bench: "g_semaphore", bounds: [native(2), faster("asyncio", 6)] },
  { peer: "corio", bench: "g2_bounded_map", bounds: [native(1.7), faster("asyncio", 6)] },
  { peer: "corio", bench: "h_lock", bounds: [native(1), faster("asyncio", 6)] },
  { peer: "corio", bench: "f2_deep_leaf", bounds: [native(25), faster("asyncio", 2)] },
  { peer: "corio-async", bench: "c_pingpong", bounds: [native(4)] },
  { peer: "corio-async", bench: "b_yield", bounds: [native(4)] },
  { peer: "corio-async", bench: "a_spawn_join", bounds: [native(8)] },
];

/** Bytes of heap that a sleeping task of coroutines stays under. */
const HEAP = 800;

export interface Judged {
  readonly dialect: string;
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** Null when it was not measured. */
  readonly reached: boolean | null;
}

const dialects = { corio: "coroutines", "corio-async": "async functions" };
const names: Readonly<Record<string, string>> = { native: "native", effect: "Effect" };

/** Two digits that count, or all before the point. */
export function short(value: number): string {
  if (value >= 9.95) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 0.995 ? 1 : 2);
}

function judge(results: Results, { peer, bench }: Target, bound: Bound): Judged {
  const times = ratio(results, bench, peer, bound.against);
  const name = names[bound.against] ?? bound.against;
  const sooner = "faster" in bound;
  const show = (value: number | null): string =>
    value === null ? "–" : `${short(sooner ? 1 / value : value)} ×`;
  // Effect has two styles; the target names the usual one, and who reads the table may want the faster.
  const tuned = bound.against === "effect" ? ratio(results, bench, peer, "effect-fn") : null;
  return {
    dialect: dialects[peer],
    what: benches.find((each) => each.name === bench)!.label,
    target: sooner ? `≥ ${bound.faster} × faster than ${name}` : `≤ ${bound.atMost} × ${name}`,
    measured: tuned === null ? show(times) : `${show(times)} (fnUntraced: ${show(tuned)})`,
    reached: times === null ? null : sooner ? 1 / times >= bound.faster : times <= bound.atMost,
  };
}

function judgeHeap(results: Results): Judged {
  const heap = results.cells["m_mem"]?.["corio"]?.heap;
  return {
    dialect: dialects.corio,
    what: "heap of a sleeping task",
    target: `< ${HEAP} bytes`,
    measured: heap === undefined ? "–" : `${heap} bytes`,
    reached: heap === undefined ? null : heap < HEAP,
  };
}

/** The async dialect is to beat Effect in everything that both do. */
function judgeEverywhere(results: Results): Judged {
  const compared = benches
    .map(({ name, label }) => ({ label, times: ratio(results, name, "corio-async", "effect") }))
    .filter((each) => each.times !== null) as { label: string; times: number }[];
  const slower = compared.filter((each) => each.times >= 1);
  return {
    dialect: dialects["corio-async"],
    what: "everything",
    target: "faster than Effect",
    measured:
      slower.length === 0
        ? `in ${compared.length} of ${compared.length}`
        : `not in ${slower.map((each) => `“${each.label}” (${short(1 / each.times)} ×)`).join(", ")}`,
    reached: compared.length === 0 ? null : slower.length === 0,
  };
}

export function judgeAll(results: Results): Judged[] {
  return [
    ...targets.flatMap((target) => target.bounds.map((bound) => judge(results, target, bound))),
    judgeHeap(results),
    judgeEverywhere(results),
  ];
}
