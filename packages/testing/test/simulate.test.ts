import { describe, expect, test } from "vitest";
import { type Coroutine, createTask, currentScope, loopTime, sleep, sleepForever, type Report } from "corio";
import { simulate } from "@corio/testing";

describe("simulate", () => {
  test("gives the program's value, of either dialect, in virtual time", async () => {
    expect(
      await simulate(function* () {
        yield* sleep(1e9);
        return loopTime();
      }),
    ).toBe(1e9);
    expect(
      await simulate(
        async () => {
          await sleep(10);
          return loopTime();
        },
        { start: 5 },
      ),
    ).toBe(15);
    expect(await simulate(() => 3)).toBe(3);
  });

  test("throws the program's error", async () => {
    const failure = new Error("of the program");
    await expect(
      simulate(function* () {
        yield* sleep(1);
        throw failure;
      }),
    ).rejects.toBe(failure);
  });

  test("hands the program its root scope", async () => {
    const log: string[] = [];
    await simulate(function* (scope) {
      scope.defer(() => log.push("released"));
      yield* sleep(1);
    });
    expect(log).toEqual(["released"]);
  });

  test("a program that cancels its outermost scope has cancelled its run", async () => {
    await expect(
      simulate(function* () {
        currentScope().cancel("enough");
        yield* sleep(1);
      }),
    ).rejects.toMatchObject({ code: "ERR_TASK_CANCELLED", cause: { reason: "enough" } });
    const value = await simulate(async () => {
      currentScope().cancel("too late");
      return "a value wins";
    });
    expect(value).toBe("a value wins");
  });

  test("a failure that nobody received fails the simulation", async () => {
    const failure = new Error("nobody looked");
    const error = await simulate(function* () {
      createTask(() => {
        throw failure;
      });
      yield* sleep(10);
    }).then(
      () => null,
      (thrown: unknown) => thrown as AggregateError,
    );
    expect(error).toBeInstanceOf(AggregateError);
    expect(error!.errors).toEqual([failure]);
  });

  test("one that comes at the very end does so, too", async () => {
    const failure = new Error("nobody could look");
    const program = function* (): Coroutine<void> {
      createTask(() => {
        throw failure;
      });
      yield* sleep(0);
    };
    await expect(simulate(program)).rejects.toMatchObject({ errors: [failure] });
    const reports: unknown[] = [];
    await simulate(program, { onReport: ({ error }) => void reports.push(error) });
    expect(reports).toEqual([failure]);
  });

  test("unless onReport takes it", async () => {
    const reports: Report[] = [];
    await simulate(
      function* () {
        createTask({ name: "failing" }, () => {
          throw new Error("looked at");
        });
        yield* sleep(10);
      },
      { onReport: (report) => void reports.push(report) },
    );
    expect(reports).toHaveLength(1);
    expect(reports[0]!.message).toContain("failing");
  });

  test("a program that waits for ever is a deadlock", async () => {
    await expect(simulate(() => sleepForever())).rejects.toMatchObject({ code: "ERR_DEADLOCK" });
  });

  test("the grace can be set", async () => {
    const times = await simulate(
      function* (scope) {
        try {
          scope.cancel();
          yield* sleep(1);
        } catch {
          try {
            yield* sleep(1000);
          } catch {
            return loopTime();
          }
        }
        return -1;
      },
      { grace: 30 },
    );
    expect(times).toBe(30);
  });
});
