import { expect, test } from "vitest";
import { facts } from "../../packages/corio/src/lint/facts.ts";
import { allFacts } from "../lint-facts.ts";
import { collectFacts } from "../support/lint-facts.ts";

const report = (name: string, ...declarations: string[]) => ({
  name,
  text: `# API of \`${name}\`\n\n\`\`\`ts\n${declarations.join("\n\n")}\n\`\`\`\n`,
});

test("the lint rules know the API as it is (else: node tools/lint-facts.ts --write)", () => {
  expect(facts).toEqual(allFacts());
});

test("functions: what they give, awaited or not, and what they hand to a body", () => {
  const { corio } = collectFacts([
    report(
      "corio",
      "function nap(ms: number): Awaitable<void>;",
      "function plain(): number;",
      "function pair<T>(size: number): [send: Line<T>, receive: Line<T>];",
      "function start<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Line<Unwrap<R>>;",
      "function within<A extends readonly unknown[], R>(body: (line: Line<R>, ...args: A) => R): Awaitable<Unwrap<R>>;",
      "function later(ms: number | null): Awaitable<Line<number>>;",
      "class Line<T> {\n  readonly size: number;\n  get(): Awaitable<T>;\n  clone(): Line<T>;\n}",
    ),
  ]);
  expect(corio?.functions).toEqual({
    nap: "~",
    pair: "[Line,Line]",
    start: "Line",
    within: "~(Line,)",
    later: "~Line",
  });
  expect(corio?.types).toEqual({ Line: { get: "~", clone: "Line" } });
});

test("types: inherited methods count, those that lead nowhere do not", () => {
  const { corio, other } = collectFacts([
    report(
      "other",
      "class Own {\n  task(): Task;\n}",
      "function own(): Own;",
      "class Task {\n  stop(): void;\n}",
    ),
    report(
      "corio",
      "interface Task {\n  join(): Awaitable<void>;\n}",
      'interface Group extends Omit<Task, "stop"> {\n  stop(): void;\n}',
      "class Lonely {\n  size(): number;\n}",
    ),
  ]);
  expect(corio?.types).toEqual({ Group: { join: "~" }, Task: { join: "~" } });
  // Its Task is its own, which gives nothing to wait for.
  expect(other).toBe(undefined);
});
