// retry: how often, after how long, and what it is told.

import { describe, expect, test } from "vitest";
import { loopTime, moveOnAfter, retry, run, sleep, sleepForever } from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { both, caught, dialects } from "../support/dialects.ts";

describe("retry", () => {
  both("calls again until it succeeds, later and later", function* ({ fn, wait, log }) {
    const value = yield* wait(
      retry(
        fn(function* (attempt: number) {
          log.push([attempt, loopTime()]);
          yield* wait(sleep(1));
          if (attempt < 4) throw new RangeError(String(attempt));
          return "value";
        }),
        { attempts: 5, delay: 10, factor: 3, jitter: 0 },
      ),
    );
    expect(value).toBe("value");
    expect(log).toEqual([
      [1, 0],
      [2, 11],
      [3, 42],
      [4, 133],
    ]);
  });

  both("throws the last error when the attempts are used up", function* ({ wait, log }) {
    const error = yield* caught(
      wait(
        retry(
          (attempt): never => {
            log.push(attempt);
            throw new RangeError(String(attempt));
          },
          { attempts: 3 },
        ),
      ),
    );
    expect([log, error]).toEqual([[1, 2, 3], new RangeError("3")]);
  });

  both("never waits longer than maxDelay", function* ({ wait, log }) {
    yield* caught(
      wait(
        retry(
          (): never => {
            log.push(loopTime());
            throw new RangeError("failed");
          },
          { attempts: 5, delay: 10, factor: 10, maxDelay: 50, jitter: 0 },
        ),
      ),
    );
    expect(log).toEqual([0, 10, 60, 110, 160]);
  });

  both("asks whether an error is worth it", function* ({ wait, log }) {
    const error = yield* caught(
      wait(
        retry(
          (attempt): never => {
            throw attempt === 2 ? new TypeError("final") : new RangeError("again");
          },
          {
            attempts: 9,
            when: (failure, attempt) => {
              log.push(attempt);
              return failure instanceof RangeError;
            },
          },
        ),
      ),
    );
    expect([log, error]).toEqual([[1, 2], new TypeError("final")]);
  });

  both(
    "tells of each attempt that it will repeat, and waits for what it told",
    function* ({ fn, wait, log }) {
      const error = yield* caught(
        wait(
          retry(
            (attempt): never => {
              throw new RangeError(String(attempt));
            },
            {
              attempts: 3,
              delay: 10,
              jitter: 0,
              onRetry: fn(function* (failure: unknown, attempt: number, delay: number) {
                yield* wait(sleep(5));
                log.push([(failure as Error).message, attempt, delay, loopTime()]);
              }),
            },
          ),
        ),
      );
      expect(error).toEqual(new RangeError("3"));
      expect(log).toEqual([
        ["1", 1, 10, 5],
        ["2", 2, 20, 20],
      ]);
    },
  );

  both("ends with what onRetry throws", function* ({ wait }) {
    const failure = new TypeError("cannot mend it");
    const error = yield* caught(
      wait(
        retry(
          (): never => {
            throw new RangeError("failed");
          },
          {
            onRetry: () => {
              throw failure;
            },
          },
        ),
      ),
    );
    expect(error).toBe(failure);
  });

  both("never repeats a cancellation", function* ({ fn, wait, log }) {
    const { cancelled } = yield* wait(
      moveOnAfter(
        5,
        fn(function* () {
          yield* wait(
            retry(
              fn(function* (attempt: number) {
                log.push(attempt);
                yield* wait(sleepForever());
              }),
            ),
          );
        }),
      ),
    );
    expect([cancelled, log]).toEqual([true, [1]]);
  });

  for (const { name, fn, wait } of dialects) {
    test(`draws its delays from the host's random numbers: a seed replays them (${name})`, async () => {
      const draws = [0, 0.5, 0.9];
      const host = { ...createVirtualHost(realHost), random: () => draws.shift()! };
      const times: number[] = [];
      await run(
        fn(function* () {
          yield* caught(
            wait(
              retry(
                (): never => {
                  times.push(loopTime());
                  throw new RangeError("failed");
                },
                { attempts: 4, delay: 100, factor: 1, jitter: 0.5 },
              ),
            ),
          );
        }),
        { host },
      );
      expect(times).toEqual([0, 100, 175, 230]);
    });
  }

  both(
    "goes on without a delay for as long as it is to, whatever the factor",
    function* ({ wait }) {
      for (const options of [{ attempts: 1100 }, { attempts: 3, factor: Infinity }]) {
        let attempts = 0;
        const error = yield* caught(
          wait(
            retry(
              (attempt): never => {
                attempts = attempt;
                throw new RangeError("failed");
              },
              { delay: 0, ...options },
            ),
          ),
        );
        expect(error).toBeInstanceOf(RangeError);
        expect(attempts).toBe(options.attempts);
      }
      expect(loopTime()).toBe(0);
    },
    { seeds: 5 },
  );

  test("refuses what makes no sense", () => {
    for (const options of [
      { attempts: 0 },
      { jitter: 2 },
      { delay: -1 },
      { factor: Number.NaN },
      { maxDelay: -1 },
    ]) {
      expect(() => retry(() => 1, options)).toThrow(RangeError);
    }
    expect(() => retry(1 as never)).toThrow(TypeError);
  });
});
