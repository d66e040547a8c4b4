// Prints what the counted programs cost, beside what is recorded, and records it: packages/corio/test/fixtures/counts.json, which
// packages/corio/test/counts.test.ts holds.
//
//   node --conditions=@corio/source benchmarks/runtime/counts.ts [--write [--allow-more]]
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import {
  type Counts,
  type CountTable,
  countAll,
} from "../../packages/corio/test/support/counted-programs.ts";

const file = new URL("../../packages/corio/test/fixtures/counts.json", import.meta.url);

const recorded = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as CountTable) : {};
const counted = await countAll();

function shown(now: number, before: number | undefined): string {
  const change = before === undefined || before === now ? "" : ` (was ${before})`;
  return `${now}${change}`.padStart(18);
}

console.log("".padEnd(32) + ["steps", "pumps", "turns"].map((name) => name.padStart(18)).join(""));
for (const [name, dialects] of Object.entries(counted)) {
  for (const [dialect, counts] of Object.entries(dialects)) {
    const before: Partial<Counts> = recorded[name]?.[dialect] ?? {};
    console.log(
      `${name}, ${dialect}`.padEnd(32) +
        shown(counts.steps, before.steps) +
        shown(counts.pumps, before.pumps) +
        shown(counts.turns, before.turns),
    );
  }
}

const worse = Object.entries(counted).flatMap(([name, dialects]) =>
  Object.entries(dialects).flatMap(([dialect, counts]) => {
    const before: Partial<Counts> = recorded[name]?.[dialect] ?? {};
    return (["steps", "pumps", "turns"] as const)
      .filter((kind) => counts[kind] > (before[kind] ?? Infinity))
      .map((kind) => `${name}, ${dialect}: more ${kind}`);
  }),
);
if (process.argv.includes("--write")) {
  if (worse.length > 0 && !process.argv.includes("--allow-more")) {
    console.error(
      `not written, it would loosen the gate:\n  ${worse.join("\n  ")}\n--allow-more if that is meant`,
    );
    process.exitCode = 1;
  } else writeFileSync(file, `${JSON.stringify(counted, null, 2)}\n`);
}
