// The targets that the package has set itself, and whether the measured ratios reach them.
import { benches } from "./benches.ts";
import { ratio, short, type Results } from "./results.ts";

type Bound =
  | { readonly against: string; /** Times the other's time. */ readonly atMost: number }
  | { readonly against: string; /** Times faster than the other. */ readonly faster: number };

const echoes = ["pingpong", "many", "stream"];
const echoBounds: readonly Bound[] = [
  { against: "node", atMost: 1.3 },
  { against: "asyncio-streams", faster: 2.5 },
  { against: "uvloop-streams", faster: 1 },
];

/** Times the bare pool's. */
const threadBound = 1.2;

const judgedContestants = {
  corio: { label: "coroutines", benches: echoes },
  "corio-async": { label: "async functions", benches: echoes },
  // What memory of one's own is for.
  "corio-into": { label: "coroutines, own memory", benches: ["stream"] },
} as const;
const names: Readonly<Record<string, string>> = {
  node: "bare Node",
  "asyncio-streams": "asyncio's streams",
  "uvloop-streams": "uvloop's streams",
};

export interface Judged {
  readonly contestant: string;
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** Those that were measured. */
export function judgeAll(results: Results): Judged[] {
  const judged: Judged[] = [];
  for (const [contestant, { label, benches: own }] of Object.entries(judgedContestants)) {
    for (const bench of own) {
      for (const bound of echoBounds) {
        const times = ratio(results, bench, contestant, bound.against);
        if (times === null) continue;
        const sooner = "faster" in bound;
        const name = names[bound.against]!;
        judged.push({
          contestant: label,
          what: benches.find((each) => each.name === bench)!.label,
          target: sooner ? `≥ ${bound.faster} × faster than ${name}` : `≤ ${bound.atMost} × ${name}`,
          measured: `${short(sooner ? 1 / times : times)} ×`,
          reached: sooner ? 1 / times >= bound.faster : times <= bound.atMost,
        });
      }
    }
  }
  for (const [what, times] of Object.entries(results.threads?.ratios ?? {})) {
    judged.push({
      contestant: judgedContestants.corio.label,
      what: `to a thread, ${what}`,
      target: `≤ ${threadBound} × the bare pool`,
      measured: `${short(times)} ×`,
      reached: times <= threadBound,
    });
  }
  return judged;
}
