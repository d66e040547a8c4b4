// One wait belongs to one waiter: who joins it from elsewhere would never be woken, and is told so.

import { expect, test } from "vitest";
import { checkpoint, createTask, Future, InvalidStateError, run, sleep, type Coroutine } from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { simulate } from "@corio/testing";
import { both, caught } from "../support/dialects.ts";

both("an Awaitable that somebody awaits already is refused to others (K8)", function* ({ fn, wait }) {
  const pause = sleep(10);
  const first = createTask(fn(() => wait(pause) as never));
  yield* wait(sleep(1));
  const second = createTask(fn(() => wait(pause) as never));
  expect(yield* caught(wait(second.join()))).toBeInstanceOf(InvalidStateError);
  yield* wait(first.join());
});

both("nor has anybody else its result, when that is there and not yet taken (K8)", function* ({ fn, wait }) {
  for (const end of [
    (future: Future<string>) => future.setResult("mine"),
    (future: Future<string>) => future.setException(new RangeError("mine")),
  ]) {
    const future = new Future<string>();
    const result = future.wait();
    const first = createTask(
      fn(function* () {
        try {
          return yield* wait(result);
        } catch (error) {
          return (error as Error).message;
        }
      }),
    );
    yield* wait(sleep(1));
    end(future);
    expect(yield* caught(wait(result))).toBeInstanceOf(InvalidStateError);
    expect(yield* wait(first.join())).toBe("mine");
  }
});

test("a coroutine that waits in one task cannot be gone on with in another", async () => {
  await simulate(function* () {
    function* shared(): Coroutine<string> {
      yield* sleep(10);
      return "mine";
    }
    const coroutine = shared();
    const first = createTask(function* () {
      return yield* coroutine;
    });
    yield* checkpoint();
    const second = createTask(function* () {
      return yield* coroutine;
    });
    expect(yield* caught(second.join() as never)).toBeInstanceOf(InvalidStateError);
    yield* checkpoint();
    // The error went through the coroutine, and has ended it for both.
    expect(yield* first.join()).toBe(undefined);
  });
});

test("a task of another event loop cannot be joined, and says so (K7)", async () => {
  await simulate(function* () {
    const task = createTask({ name: "elsewhere" }, () => sleep(10));
    let error: unknown;
    const other = run(
      function* () {
        error = yield* caught(task.join() as never);
      },
      { host: createVirtualHost(realHost) },
    );
    void (other as unknown as Promise<void>);
    yield* sleep(5);
    expect(error).toBeInstanceOf(InvalidStateError);
    expect((error as Error).message).toMatch(/elsewhere.*another event loop/);
    yield* task.join();
  });
});
