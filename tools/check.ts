// What `npm test` runs: every check of the repository, step by step, through to the end even when one fails.
// The last line is `N passed, N failed`: tests, document fences and check steps together.
//
//   node tools/check.ts [step ...]        only these steps, e.g. `npm test -- lint types`
import { type StepResult, steps, type Step } from "./support/steps.ts";

// Steps of one row run side by side; the rows one after the other. The heavy ones use both cores by themselves.
const rows: readonly (readonly string[])[] = [
  ["format", "imports", "links", "types"],
  ["lint", "api", "conformance", "published"],
  ["unit"],
  ["examples"],
  ["docs"],
];

async function timed(step: Step): Promise<StepResult & { name: string; seconds: number }> {
  const start = performance.now();
  let result: StepResult;
  try {
    result = await step.run();
  } catch (error) {
    result = {
      passed: 0,
      failed: 1,
      skipped: 0,
      output: String(error instanceof Error ? error.stack : error),
    };
  }
  return { name: step.name, seconds: (performance.now() - start) / 1000, ...result };
}

function summary(result: StepResult & { name: string; seconds: number }): string {
  const counts = [`${result.passed} passed`];
  if (result.failed > 0) counts.push(`${result.failed} failed`);
  if (result.skipped > 0) counts.push(`${result.skipped} skipped`);
  const mark = result.failed > 0 ? "FAIL" : "ok";
  return `${mark.padEnd(5)}${result.name.padEnd(10)}${result.seconds.toFixed(1).padStart(6)} s   ${counts.join(", ")}`;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `no such step: ${unknown.join(", ")}; there are ${steps.map((step) => step.name).join(", ")}`,
  );
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const row of rows) {
  const chosen = steps.filter(
    (step) => row.includes(step.name) && (asked.length === 0 || asked.includes(step.name)),
  );
  await Promise.all(
    chosen.map(async (step) => {
      const result = await timed(step);
      passed += result.passed;
      failed += result.failed;
      console.log(summary(result));
      if (result.failed > 0) console.log(`${result.output.trimEnd()}\n`);
    }),
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
