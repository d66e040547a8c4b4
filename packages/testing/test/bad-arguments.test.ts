// Arguments of the wrong kind, as JavaScript gives them: each error says what was asked for and what was given.

import { describe, expect, test } from "vitest";
import { cancelEverywhere, explore, exploreAll, model, simulate } from "@corio/testing";

const program = (): void => {};

describe("what is no function", () => {
  for (const [value, kind] of [
    [undefined, "undefined"],
    [null, "null"],
    [{}, "object"],
  ] as const) {
    test(kind, async () => {
      const got = `expected a function, got ${kind}`;
      await expect(simulate(value as never)).rejects.toThrow(`Cannot simulate: ${got}`);
      await expect(explore(value as never)).rejects.toThrow(`Cannot explore: ${got}`);
      await expect(exploreAll(value as never)).rejects.toThrow(`Cannot explore: ${got}`);
      await expect(cancelEverywhere(value as never)).rejects.toThrow(`Cannot cancel everywhere: ${got}`);
      expect(() => model(value as never)).toThrow(`Cannot make a model: ${got}`);
    });
  }
});

test("what a model or a scenario is made of", async () => {
  for (const made of [undefined, {}, { tasks: [] }]) {
    await expect(simulate(model(() => made as never))).rejects.toThrow("gives no { tasks, check }");
    await expect(cancelEverywhere(() => made as never)).rejects.toThrow("gives no { body }");
  }
});

test("bounds", async () => {
  for (const bound of [0, -1, Number.NaN, "x"]) {
    await expect(exploreAll(program, { mostRuns: bound as number })).rejects.toThrow(RangeError);
    const scenario = () => ({ body: program });
    await expect(cancelEverywhere(scenario, { mostMoments: bound as number })).rejects.toThrow(RangeError);
  }
  for (const schedules of [5, [], null])
    await expect(explore(program, { schedules: schedules as never })).rejects.toThrow(
      "schedules takes a list of one or more",
    );
});
