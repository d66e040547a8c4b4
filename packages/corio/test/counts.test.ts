// Gates on counts, not on clocks: what fixed programs cost in steps, pumps and turns of the loop. A change here is a change of the
// runtime's speed on every machine.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type CountTable, count, programNames } from "./support/counted-programs.ts";
import { dialects } from "./support/dialects.ts";

const recorded = JSON.parse(
  readFileSync(new URL("fixtures/counts.json", import.meta.url), "utf8"),
) as CountTable;

const advice = "record the new counts, if they are meant, with benchmarks/runtime/counts.ts --write";

describe("a thousand of each cost the recorded number of steps, pumps and turns", () => {
  for (const name of programNames) {
    for (const dialect of dialects) {
      test(`${name} (${dialect.name})`, async () => {
        expect(await count(name, dialect), advice).toEqual(recorded[name]?.[dialect.name]);
      });
    }
  }
});
