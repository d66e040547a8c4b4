import { describe, expect, test } from "vitest";
import { checkpoint, loopTime, retry, sleep, taskGroup } from "corio";
import { explore, exploreAll, model, random, type Schedule, simulate } from "@corio/testing";
import { shrink } from "../src/exploring/shrink.ts";
import { formatReplay, parseReplay } from "../src/schedules/replay.ts";

/** A program whose log tells its schedule: both dialects, several steps each. */
function racers(log: string[]) {
  return () =>
    taskGroup(function* (group) {
      for (let i = 0; i < 4; i++) {
        group.spawn(function* () {
          for (let k = 0; k < 3; k++) {
            yield* checkpoint();
            log.push(`c${i}`);
          }
        });
        group.spawn(async () => {
          for (let k = 0; k < 3; k++) {
            await sleep(0);
            log.push(`a${i}`);
          }
        });
      }
    });
}

async function logOf(seed: number, schedule: Schedule): Promise<string> {
  const log: string[] = [];
  await simulate(racers(log), { seed, schedule });
  return log.join(" ");
}

describe("schedules", () => {
  test.each<Schedule>(["random", { pct: 1 }, { pct: 3 }])(
    "%o: the same seed, the same order",
    async (schedule) => {
      const orders = new Set<string>();
      for (let seed = 1; seed <= 20; seed++) {
        const order = await logOf(seed, schedule);
        expect(await logOf(seed, schedule)).toBe(order);
        expect(order.split(" ")).toHaveLength(24);
        orders.add(order);
      }
      expect(orders.size).toBe(20);
    },
  );

  test("fifo is the order of production, with and without a seed", async () => {
    const log: string[] = [];
    await simulate(racers(log));
    expect(await logOf(7, "fifo")).toBe(log.join(" "));
  });

  test("with a seed the default is random, without one fifo", async () => {
    const log: string[] = [];
    await simulate(racers(log), { seed: 3 });
    expect(log.join(" ")).toBe(await logOf(3, "random"));
  });

  test("a depth is a whole number, one or more", async () => {
    await expect(simulate(() => 1, { schedule: { pct: 0 } })).rejects.toThrow(RangeError);
  });

  test.each(["lifo", 3, {}])("%o is none", async (schedule) => {
    await expect(simulate(() => {}, { schedule: schedule as Schedule })).rejects.toThrow(RangeError);
  });

  test.each([
    { seed: 1.5 },
    { seed: NaN },
    { start: NaN },
    { start: Infinity },
    { lateness: NaN },
    { lateness: -1 },
  ])("%o is refused: it would pass for something else", async (options) => {
    await expect(simulate(() => {}, options)).rejects.toThrow(RangeError);
    await expect(explore(() => {}, options)).rejects.toThrow(RangeError);
  });

  test("timers of one moment wake in any order, those of two keep theirs", async () => {
    const orders = new Set<string>();
    for (let seed = 1; seed <= 50; seed++) {
      const log: string[] = [];
      const program = () =>
        taskGroup(function* (group) {
          for (const [name, ms] of [
            ["a", 5],
            ["b", 5],
            ["c", 6],
          ] as const) {
            group.spawn(function* () {
              yield* sleep(ms);
              log.push(name);
            });
          }
        });
      await simulate(program, { seed });
      orders.add(log.join(""));
    }
    expect([...orders].toSorted()).toEqual(["abc", "bac"]);
  });

  test("with lateness a timer may overtake what is ready, by so much and no more", async () => {
    const firstIn = async (lateness: number): Promise<Set<string>> => {
      const firsts = new Set<string>();
      for (let seed = 1; seed <= 50; seed++) {
        const log: string[] = [];
        const program = () =>
          taskGroup(function* (group) {
            group.spawn(function* () {
              yield* sleep(5);
              log.push("timer");
            });
            group.spawn(function* () {
              yield* checkpoint();
              log.push("ready");
            });
          });
        await simulate(program, { seed, lateness });
        firsts.add(log[0]!);
      }
      return firsts;
    };
    expect(await firstIn(0)).toEqual(new Set(["ready"]));
    expect(await firstIn(4)).toEqual(new Set(["ready"]));
    expect(await firstIn(5)).toEqual(new Set(["ready", "timer"]));
  });
});

describe("random numbers", () => {
  test("the same seed draws the same, whatever the schedule", async () => {
    const drawn = (seed: number, schedule: Schedule): Promise<number[]> =>
      simulate(
        async () => {
          // oxlint-disable-next-line corio/no-promise-combinator
          await Promise.all([sleep(0), sleep(0)]);
          return [random(), random()];
        },
        { seed, schedule },
      );
    expect(await drawn(4, "random")).toEqual(await drawn(4, "fifo"));
    expect(await drawn(4, "random")).not.toEqual(await drawn(5, "random"));
  });

  test("jitter comes from there too", async () => {
    const timesOf = async (seed: number): Promise<number[]> => {
      const times: number[] = [];
      const failing = async (): Promise<void> => {
        times.push(loopTime());
        if (times.length < 4) throw new Error("again");
      };
      await simulate(() => retry(failing, { attempts: 4, delay: 100, jitter: 0.5 }), {
        seed,
        schedule: "fifo",
      });
      return times;
    };
    expect(await timesOf(1)).toEqual(await timesOf(1));
    expect(await timesOf(1)).not.toEqual(await timesOf(2));
  });
});

describe("replays", () => {
  test("a schedule is written as its seed and its deviations, and read again", () => {
    for (const choices of [[], [1], [0, 0, 3, 0, 1]]) {
      expect(parseReplay(formatReplay({ seed: 7, choices }))).toEqual({ seed: 7, choices });
    }
    expect(formatReplay({ seed: 7, choices: [0, 0, 3, 0, 1, 0] })).toBe("7/2:3,4:1");
    expect(parseReplay("-3/")).toEqual({ seed: -3, choices: [] });
  });

  test.each(["", "7", "7/3", "7/3:", "7/1:2,", "x/1:2", "7/99999999:1"])("%o is none", (text) => {
    expect(() => parseReplay(text)).toThrow(RangeError);
  });

  test("any order can be seen again by the schedule that its failure prints", async () => {
    for (const schedule of ["random", { pct: 3 }] as const) {
      const log: string[] = [];
      const program = async () => {
        log.length = 0;
        await racers(log)();
        throw new Error("to see the schedule");
      };
      const messageOf = async (schedule: Schedule): Promise<string> =>
        simulate(program, { seed: 11, schedule }).then(
          () => "none",
          (error: Error) => error.message,
        );
      const message = await messageOf(schedule);
      const order = log.join(" ");
      const [, replay] = /replay: "(.*?)"/.exec(message) as unknown as [string, string];
      expect(await messageOf({ replay })).toContain("to see the schedule");
      expect(log.join(" ")).toBe(order);
    }
  });

  test("with the lateness that the schedule had", async () => {
    const program = () =>
      taskGroup(function* (group) {
        for (let i = 1; i <= 3; i++) group.spawn(() => sleep(i));
        for (let k = 0; k < 3; k++) yield* checkpoint();
        throw new Error("to see the schedule");
      });
    await expect(simulate(program, { seed: 11, lateness: 5 })).rejects.toThrow(
      /The same again: simulate\(program, \{ schedule: \{ replay: "11\/.*" \}, lateness: 5 \}\)/,
    );
  });
});

describe("shrink", () => {
  test("what does not matter becomes zero, what matters as small as it can be", async () => {
    let runs = 0;
    const stillFails = async (choices: readonly number[]): Promise<boolean> => {
      runs++;
      return (choices[3] ?? 0) >= 2 && (choices[40] ?? 0) >= 1;
    };
    const failing = Array.from({ length: 60 }, (_, i) => (i % 7) + 1);
    const smallest = await shrink(failing, stillFails, 1000);
    expect(smallest).toHaveLength(41);
    expect(smallest.flatMap((choice, at) => (choice === 0 ? [] : [[at, choice]]))).toEqual([
      [3, 2],
      [40, 1],
    ]);
    expect(runs).toBeLessThan(200);
  });

  test("it stops after so many runs, with the best so far", async () => {
    let runs = 0;
    const failing = Array.from({ length: 60 }, () => 5);
    const smallest = await shrink(failing, async () => ++runs > 0, 1);
    expect(runs).toBe(1);
    expect(smallest.length).toBeLessThanOrEqual(60);
  });
});

describe("exploreAll", () => {
  /** All orders of two tasks with two steps each after the first: each order once. */
  const two = (orders: string[]) =>
    model(() => {
      let order = "";
      const body = (name: string) =>
        function* () {
          order += name;
          yield* checkpoint();
          order += name;
        };
      return {
        tasks: [body("a"), body("b")],
        check({ stuck }) {
          if (stuck.length === 0 && order.length === 4) orders.push(order);
        },
      };
    });

  test("takes every order once", async () => {
    const orders: string[] = [];
    const { runs } = await exploreAll(two(orders));
    // The model is checked twice: when all have ended, and once more.
    const seen = new Set(orders);
    expect([...seen].toSorted()).toEqual(["aabb", "abab", "abba", "baab", "baba", "bbaa"]);
    expect(runs).toBe(6);
  });

  test("with a bound it takes those that deviate no oftener", async () => {
    const orders: string[] = [];
    const { runs } = await exploreAll(two(orders), { deviations: 1 });
    expect([...new Set(orders)].toSorted()).toEqual(["aabb", "abab", "abba", "baba"]);
    expect(runs).toBe(4);
  });

  test("cancels at every moment, and says who was", async () => {
    const seen = new Set<string>();
    await exploreAll(
      model(() => {
        let step = 0;
        return {
          tasks: [
            function* () {
              for (; step < 3; step++) yield* checkpoint();
            },
          ],
          check: ({ cancelled }) => void seen.add(`${step}${cancelled.length === 1 ? " cancelled" : ""}`),
        };
      }),
      { cancels: 1 },
    );
    expect([...seen].toSorted()).toEqual(["0 cancelled", "1 cancelled", "2 cancelled", "3"]);
  });

  test("in the async dialect, too", async () => {
    const seen = new Set<string>();
    await exploreAll(
      model(() => {
        let order = "";
        const body = (name: string) => async () => {
          await sleep(0);
          order += name;
          await sleep(0);
          order += name;
        };
        return { tasks: [body("a"), body("b")], check: () => void seen.add(order) };
      }),
    );
    expect([...seen].toSorted()).toEqual(["aabb", "abab", "abba", "baab", "baba", "bbaa"]);
  });

  test("timers fire between any two steps, as late as allowed", async () => {
    const orders = new Set<string>();
    const sleepers = model(() => {
      let order = "";
      return {
        tasks: [
          function* () {
            yield* sleep(10);
            order += "t";
          },
          function* () {
            for (let k = 0; k < 2; k++) {
              order += k;
              yield* checkpoint();
            }
          },
        ],
        check: () => void orders.add(order),
      };
    });
    await exploreAll(sleepers, { lateness: 9 });
    expect([...orders]).toEqual(["01t"]);
    await exploreAll(sleepers, { lateness: 10 });
    expect([...orders].toSorted()).toEqual(["01t", "0t1", "t01"]);
  });

  test("nothing would be tried with a bound that is no number", async () => {
    await expect(exploreAll(() => {}, { deviations: NaN })).rejects.toThrow(RangeError);
  });

  test("a space that is too large is refused, not waited for", async () => {
    const busy = model(() => ({
      tasks: Array.from({ length: 4 }, () => () => taskGroup(() => sleep(1))),
      check() {},
    }));
    await expect(exploreAll(busy, { mostRuns: 50 })).rejects.toMatchObject({ code: "ERR_SIMULATION" });
  });
});

describe("explore", () => {
  test("begins with the order of arrival, then seed by seed", async () => {
    const orders: string[] = [];
    const program = async () => {
      const log: string[] = [];
      await racers(log)();
      orders.push(log.join(" "));
    };
    const { runs, steps } = await explore(program, { runs: 4, schedules: ["random"] });
    expect(runs).toBe(4);
    expect(steps).toBeGreaterThan(100);
    const wanted = [
      await logOf(1, "fifo"),
      ...(await Promise.all([1, 2, 3].map((seed) => logOf(seed, "random")))),
    ];
    expect(orders[1]).toBe(wanted[1]);
    expect(orders).toEqual(wanted);
  });

  test("CORIO_SEED runs that one only", async () => {
    const seeds: number[] = [];
    process.env["CORIO_SEED"] = "17";
    try {
      await explore(() => void seeds.push(random()), { runs: 50, schedules: ["random"] });
    } finally {
      delete process.env["CORIO_SEED"];
    }
    expect(seeds).toEqual([await simulate(() => random(), { seed: 17 })]);
  });

  test("seeds may be less than zero", async () => {
    const orders: string[] = [];
    const program = async () => {
      const log: string[] = [];
      await racers(log)();
      orders.push(log.join(" "));
    };
    await explore(program, { seed: -8, runs: 9, schedules: ["random", "random"] });
    expect(new Set(orders).size).toBe(9);
  });

  test.each([{ runs: 0 }, { runs: NaN }, { cancels: NaN }])(
    "%o is refused: nothing would be explored",
    async (options) => {
      await expect(explore(() => {}, options)).rejects.toThrow(RangeError);
    },
  );

  test("what fails is the program's own error, with its note", async () => {
    class OfTheProgram extends Error {}
    const failing = async () => {
      if (random() > 0.8) throw new OfTheProgram("it failed");
    };
    await expect(explore(failing)).rejects.toThrow(OfTheProgram);
    await expect(explore(failing)).rejects.toThrow(
      /^it failed\n\nFound in run \d+ of 100 \(seed (\d+), .*\)\.\nThe same run again: CORIO_SEED=\1\n/,
    );
  });

  test("a program that is not deterministic is told of", async () => {
    let calls = 0;
    await expect(
      explore(() => {
        if (++calls === 3) throw new Error("the third call");
      }),
    ).rejects.toThrow("the program depends on something that is not simulated");
  });
});

test("a task that asks turn by turn whether another has ended does not keep it from ending", async () => {
  const program = () =>
    taskGroup(function* (group) {
      const other = group.spawn(function* other() {
        yield* checkpoint();
      });
      group.spawn(function* asking() {
        while (!other.done()) yield* checkpoint();
      });
    });
  for (let seed = 1; seed <= 20; seed++) {
    for (const schedule of ["random", { pct: 1 }, { pct: 3 }] as const)
      await simulate(program, { seed, schedule });
  }
});
