// A `yield` where `yield*` was meant: the error is thrown where it stands, however deep.

import { describe, expect, test } from "vitest";
import {
  type Awaitable,
  BadYieldError,
  call,
  cancelScope,
  type Coroutine,
  forEach,
  gather,
  run,
  sleep,
  taskGroup,
  timeout,
} from "corio";
import { coroutine } from "corio/lowlevel";
import { failureOf } from "../support/failure.ts";

const log: string[] = [];

function* forgetful(): Coroutine<string> {
  try {
    yield sleep(1) as never;
  } catch (error) {
    log.push("thrown here");
    if (!(error instanceof BadYieldError)) throw error;
  }
  yield* sleep(1);
  yield sleep(1) as never;
  return "not reached";
}

const around: Record<string, () => Coroutine<unknown>> = {
  nothing: () => forgetful(),
  *"a block"() {
    yield* timeout(100, forgetful);
  },
  *"blocks in blocks"() {
    yield* cancelScope(function* () {
      yield* taskGroup(function* () {
        yield* call(forgetful);
      });
    });
  },
  *"a loop"() {
    yield* forEach([1], forgetful);
  },
  *"a task"() {
    yield* gather([forgetful]);
  },
};

describe("a bare yield (K5)", () => {
  for (const [where, body] of Object.entries(around)) {
    test(`inside ${where} is an error that may be caught there`, async () => {
      log.length = 0;
      const error = await failureOf(async () => run(body));
      const only = error instanceof AggregateError ? error.errors[0] : error;
      expect(only).toBeInstanceOf(BadYieldError);
      expect(log).toEqual(["thrown here"]);
    });
  }
});

test("an async generator function in a coroutine's place is the same error", async () => {
  const made = (): Awaitable<unknown> => coroutine(async function* () {} as never);
  const bodies: readonly (() => unknown)[] = [
    function* () {
      return yield* made();
    },
    async () => await made(),
    made,
  ];
  for (const body of bodies) {
    expect(await failureOf(async () => run(body))).toBeInstanceOf(BadYieldError);
  }
});

test("a body that yields so again and again is ended by the error", async () => {
  let times = 0;
  const body = function* (): Coroutine<never> {
    for (;;) {
      try {
        times++;
        yield sleep(1) as never;
      } catch {
        // It does not learn.
      }
    }
  };
  expect(await failureOf(async () => run(body))).toBeInstanceOf(BadYieldError);
  expect(times).toBeGreaterThan(100);
});
