// An option that is undefined is one that was not given: programs hand on what they may not have (exactOptionalPropertyTypes).

import { expect, test } from "vitest";
import {
  createTask,
  forEach,
  fromPromise,
  Future,
  getDebug,
  getRunningLoop,
  Queue,
  retry,
  run,
  Runner,
  setDebug,
  shield,
  sleep,
  staggeredRace,
  taskGroup,
  wait,
} from "corio";

const nothing = undefined;

test("a run without options", async () => {
  const options = { grace: nothing, onReport: nothing, signal: nothing, debug: nothing, host: nothing };
  expect(await run(async () => 1, options)).toBe(1);
  await using runner = new Runner({ grace: nothing, onReport: nothing, debug: nothing, host: nothing });
  expect(await runner.run({ context: nothing, signal: nothing }, async () => 2)).toBe(2);
});

test("what runs in one", async () => {
  await run(async () => {
    await taskGroup(async (group) => {
      group.spawn({ name: nothing, context: nothing, eager: nothing }, sleep, 1);
    });
    await shield(async () => {}, { timeout: nothing });
    const options = {
      attempts: nothing,
      delay: nothing,
      factor: nothing,
      maxDelay: nothing,
      jitter: nothing,
    };
    expect(await retry(() => 3, { ...options, when: nothing, onRetry: nothing })).toBe(3);
    const { done } = await wait([createTask(sleep, 1)], { timeout: nothing, returnWhen: nothing });
    expect(done.size).toBe(1);
    await forEach([1], sleep, { concurrency: nothing });
    expect(await fromPromise(Promise.resolve(4), { onLate: nothing })).toBe(4);
    const race = await staggeredRace([() => 5], { delay: null, onLate: nothing });
    expect(race.value).toBe(5);
    new Queue(1).shutdown({ immediate: nothing });
    getRunningLoop()
      .callSoon({ context: nothing }, () => {})
      .cancel();
    new Future().addDoneCallback(() => {}, { context: nothing });
  });
});

test("debug mode keeps its defaults", async () => {
  await run(
    async () => {
      expect(getRunningLoop().slowCallbackDuration).toBe(100);
      setDebug({ slowCallbackDuration: nothing });
      expect(getDebug()).toBe(true);
      expect(getRunningLoop().slowCallbackDuration).toBe(100);
      setDebug(false);
    },
    { debug: { slowCallbackDuration: nothing, slowCancellation: nothing } },
  );
});
