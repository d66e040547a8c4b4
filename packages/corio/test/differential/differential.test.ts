// Each program, in both dialects, against what CPython logged of it.

import { describe, expect, test } from "vitest";
import { dialects } from "../support/dialects.ts";
import { hashSources, logNames, programNames, readLog, readMadeWith } from "./logs.ts";
import { logOf, type Program } from "./program.ts";

/** The side of the conformance ledger that is needed here; it belongs to another TypeScript project. */
interface Family {
  readonly sentences: readonly { readonly id: string; readonly verdict: string }[];
}

const names = programNames("ts");
const programs = new Map<string, Program>();
for (const name of names) {
  const module = (await import(`./programs/${name}.ts`)) as { default: Program };
  programs.set(name, module.default);
}

describe("the programs", () => {
  test("every program has its two sides and a log", () => {
    expect(programNames("py")).toEqual(names);
    expect(logNames()).toEqual(names);
  });

  test("the logs were made from these Python sources (else: node packages/corio/test/differential/remake.ts)", () => {
    expect(readMadeWith().sources).toEqual(hashSources());
  });

  test("the ledger has every sentence, and the same verdict on each deviation", async () => {
    const ledger = "../../conformance/sentences.ts";
    const { sentences } = (await import(ledger)) as { sentences: readonly Family[] };
    const verdicts = new Map(
      sentences.flatMap((family) => family.sentences.map(({ id, verdict }) => [id, verdict] as const)),
    );
    const unknown = [...programs].flatMap(([name, program]) =>
      program.sentences.filter((id) => !verdicts.has(id)).map((id) => `${name}: ${id}`),
    );
    expect(unknown).toEqual([]);
    const unexcused = [...programs].flatMap(([name, { better }]) =>
      better === undefined || verdicts.get(better.id) === "better" ? [] : [`${name}: ${better.id}`],
    );
    expect(unexcused).toEqual([]);
  });

  test("most programs behave as on CPython", () => {
    const better = names.filter((name) => programs.get(name)!.better !== undefined);
    expect(names.length).toBeGreaterThanOrEqual(65);
    expect(names.length - better.length).toBeGreaterThanOrEqual(45);
  });
});

for (const [name, program] of programs) {
  const { better, sentences } = program;
  const verdict = better === undefined ? "as CPython" : `better: ${better.id}`;
  describe(`${name} (${sentences.join(", ")})`, () => {
    if (better !== undefined) {
      test("the deviation is one", () => {
        expect(better.log).not.toEqual(readLog(name));
        expect(better.why).not.toBe("");
      });
    }
    for (const dialect of dialects) {
      test(`${verdict} (${dialect.name})`, async () => {
        expect(await logOf(program, dialect)).toEqual(better?.log ?? readLog(name));
      });
    }
  });
}
