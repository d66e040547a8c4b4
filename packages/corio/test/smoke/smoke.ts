// The checks that every host must pass: each of both dialects, and of the machine below them.

import { blockChecks } from "./blocks.ts";
import { type Check, dialects, followsAsyncCode } from "./check.ts";
import { machineChecks } from "./machine.ts";
import { primitiveChecks } from "./primitives.ts";

export const checks: readonly Check[] = [
  ...Object.entries(machineChecks).map(([name, body]): Check => ({ name, needs: null, body })),
  ...dialects.flatMap((dialect) =>
    Object.entries({ ...blockChecks(dialect), ...primitiveChecks(dialect) }).map(([name, body]): Check => ({
      name: `${name} (${dialect.name})`,
      needs: dialect.needs,
      body,
    })),
  ),
];

/** The checks that this host can be asked. */
export const checksHere: readonly Check[] = checks.filter(
  ({ needs }) => needs === null || (needs === "async context" && followsAsyncCode),
);

/** What a check took longer than has gone wrong. */
const LIMIT = 10_000;

function limited(check: Check): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it took more than ${LIMIT} ms`)), LIMIT);
    Promise.resolve()
      .then(check.body)
      .then(() => resolve(), reject)
      .finally(() => clearTimeout(timer));
  });
}

/** Runs them one after the other; true when all have passed. */
export async function smoke(print: (line: string) => void): Promise<boolean> {
  let passed = 0;
  let failed = 0;
  for (const check of checksHere) {
    try {
      await limited(check);
      passed++;
      print(`ok   ${check.name}`);
    } catch (error) {
      failed++;
      print(`FAIL ${check.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  print(`${passed} passed, ${failed} failed`);
  return failed === 0;
}
