import { describe, expect, test } from "vitest";
import { exploreModule, exploreModuleAll, simulateModule } from "@corio/testing/module";

const fixture = (name: string): URL => new URL(`fixtures/module/${name}.ts`, import.meta.url);

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.unreachable("expected a failure"),
    (error: unknown) => error as Error,
  );
}

describe("a module that knows nothing of Corio", () => {
  test("runs in virtual time: timers, dates, random numbers", async () => {
    const [began, log, took, pid, constant] = (await simulateModule(fixture("machine"))) as unknown[];
    expect(began).toBe("2000-01-01T00:00:00.000Z");
    expect(log).toEqual(["tick", 1000, "tick", 2000]);
    expect(took).toBe(2001);
    expect(pid).toBe("number");
    expect(constant).toBe(false);
  });

  test("has what node's timers and clocks can do, too", async () => {
    expect(await simulateModule(fixture("timers"))).toEqual({
      log: ["immediate at 0", "not refreshed at 10", "refreshed at 15", "tick at 20", "tick at 40"],
      took: [0, 50_000_000],
      now: 50_000_000,
      text: "Sat Jan 01 2000",
      dates: true,
      global: true,
    });
  });

  test("what a callback throws fails the run, and is told with the seed", async () => {
    const error = (await failureOf(exploreModule(fixture("throws"), { runs: 1, seed: 3 }))) as AggregateError;
    expect(error.errors.map(({ message }: Error) => message).toSorted()).toEqual([
      "in a microtask",
      "in a tick",
      "in a timer",
      "in an immediate",
    ]);
    expect(error.message).toContain("CORIO_SEED=3");
  });

  test("in the order of production its race goes unnoticed, in others it is found, and shrunk", async () => {
    expect(await simulateModule(fixture("race"))).toBe(2);
    const error = await failureOf(exploreModule(fixture("race")));
    expect(error.name).toBe("RangeError");
    expect(error.message).toMatch(
      /^the balance is 1\n\nFound in run \d+ of 100 \(seed (\d+), .*\)\.\n.*CORIO_SEED=\1\n.*CORIO_REPLAY=\1\/\d+:1\n {2}at choice \d+: setTimeout\(10\) ran before setTimeout\(10\)$/,
    );
    const [, replay] = /CORIO_REPLAY=(\S+)/.exec(error.message) as unknown as [string, string];
    const again = await failureOf(simulateModule(fixture("race"), { schedule: { replay } }));
    expect(again.message).toMatch(/^the balance is 1/);
  });

  test("all its orders can be tried", async () => {
    expect((await failureOf(exploreModuleAll(fixture("race"), { lateness: 0 }))).message).toMatch(
      /^the balance is 1/,
    );
  });

  test("a promise that nobody settles is a deadlock, a timer that is left a leak", async () => {
    expect(await failureOf(simulateModule(fixture("hangs")))).toMatchObject({ code: "ERR_DEADLOCK" });
    const leak = await failureOf(simulateModule(fixture("leaks")));
    expect(leak).toMatchObject({ code: "ERR_LEAK" });
    expect(leak.message).toContain("setInterval(1000)");
  });
});

describe("a module that uses Corio", () => {
  test("is evaluated anew for each run, with all that it imports", async () => {
    expect(await simulateModule(fixture("with-corio"))).toEqual({
      runs: 1,
      time: 10,
      log: "ab",
      random: expect.any(Number),
    });
    const { runs } = await exploreModule(fixture("with-corio"), { runs: 50 });
    expect(runs).toBe(50);
  });

  test("the same seed gives the same", async () => {
    const results = await Promise.all(
      [1, 1, 2].map((seed) => simulateModule(fixture("with-corio"), { seed })),
    );
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).not.toEqual(results[2]);
  });
});

test("a module without a function to run is told of", async () => {
  expect((await failureOf(simulateModule(fixture("nothing")))).message).toContain(
    "its default export is not a function",
  );
});
