// What ends at once is paid for like a wait: others get their turns, and a cancellation comes through.

import { describe, expect, test } from "vitest";
import {
  call,
  cancelScope,
  checkpoint,
  createTask,
  moveOnAfter,
  run,
  shield,
  taskGroup,
  timeout,
  type Awaitable,
} from "corio";
import { simulate } from "@corio/testing";
import { both } from "../support/dialects.ts";

const nothing = (): void => {};

const blocks: Readonly<Record<string, () => Awaitable<unknown>>> = {
  timeout: () => timeout(1000, nothing),
  moveOnAfter: () => moveOnAfter(1000, nothing),
  cancelScope: () => cancelScope(nothing),
  shield: () => shield(nothing),
  taskGroup: () => taskGroup(nothing),
  run: () => run(nothing),
  call: () => call(nothing),
  "a block in a block": () => timeout(1000, () => cancelScope(nothing)),
};

/** A starving loop would come to it, and fail. */
const MANY = 1_000_000;

describe.each(Object.entries(blocks))("%s without end", (name, make) => {
  test.each(["coroutine", "async"])("lets the host have its turns (%s)", async (dialect) => {
    let hadTurn = false;
    let times = 0;
    const handle = setImmediate(() => (hadTurn = true));
    if (dialect === "coroutine") {
      await run(function* () {
        for (; !hadTurn && times < MANY; times++) yield* make();
      });
    } else {
      await run(async () => {
        for (; !hadTurn && times < MANY; times++) await make();
      });
    }
    clearImmediate(handle);
    expect(hadTurn).toBe(true);
  });

  // A shield begins all the same, and a call of what does not wait is none.
  const isCancelPoint = name !== "shield" && name !== "call";
  both(
    isCancelPoint
      ? "can be cancelled by another task, which has its turn"
      : "lets other tasks have their turns",
    function* ({ wait, fn }) {
      let times = 0;
      let stop = false;
      const task = createTask(
        fn(function* () {
          for (; !stop && times < MANY; times++) yield* wait(make());
        }),
      );
      while (times === 0) yield* wait(checkpoint());
      if (isCancelPoint) task.cancel();
      else stop = true;
      while (!task.done()) yield* wait(checkpoint());
      expect(task.cancelled()).toBe(isCancelPoint);
      expect(times).toBeLessThan(MANY);
    },
    { order: "fifo" },
  );
});

describe("wherever the slice is used up", () => {
  const rounds = 3000;
  const wide = 8;
  const upTo = Array.from({ length: wide }, (_, i) => i);

  test("what async code calls side by side begins and ends in the order of the calls", async () => {
    await simulate(async () => {
      for (let round = 0; round < rounds; round++) {
        const begun: number[] = [];
        const ended: number[] = [];
        const one = async (i: number): Promise<void> => {
          await call(() => void begun.push(i));
          ended.push(i);
        };
        await Promise.all(upTo.map(one));
        expect(begun).toEqual(upTo);
        expect(ended).toEqual(upTo);
      }
    });
  });

  both(
    "what tasks call side by side begins in the order of the tasks, also where one then waits for its turn",
    function* ({ wait, fn }) {
      for (let round = 0; round < rounds; round++) {
        const begun: number[] = [];
        const ended: number[] = [];
        yield* wait(
          taskGroup(
            fn(function* (group) {
              for (const i of upTo) {
                group.spawn(
                  fn(function* () {
                    yield* wait(timeout(1000, () => void begun.push(i)));
                    ended.push(i);
                  }),
                );
              }
            }),
          ),
        );
        expect(begun).toEqual(upTo);
        expect(ended.toSorted((a, b) => a - b)).toEqual(upTo);
      }
    },
    { order: "fifo" },
  );
});

describe("a body that gives a thenable which is no promise", () => {
  const thenables: Readonly<Record<string, (resolve: (value: unknown) => void) => void>> = {
    "that answers with a promise": (resolve) => resolve(Promise.resolve(5)),
    "that answers and then throws": (resolve) => {
      resolve(5);
      throw new Error("too late");
    },
    "that answers twice": (resolve) => {
      resolve(5);
      resolve(6);
    },
  };
  for (const [what, then] of Object.entries(thenables)) {
    both(`${what} has that value, as for await`, function* ({ wait }) {
      // oxlint-disable-next-line unicorn/no-thenable -- it is what is tested
      const body = (): unknown => ({ then });
      expect(yield* wait(call(body))).toBe(5);
      expect(yield* wait(timeout(10, body))).toBe(5);
      expect(yield* wait(createTask(body).join())).toBe(5);
    });
  }
});
