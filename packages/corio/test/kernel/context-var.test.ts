// ContextVar: whose values a task sees, in both dialects and outside any.

import { describe, expect, test } from "vitest";
import {
  call,
  cancelScope,
  Context,
  ContextVar,
  copyContext,
  createTask,
  Event,
  gather,
  getRunningLoop,
  InvalidStateError,
  LookupError,
  run,
  ScopeClosedError,
  sleep,
  taskGroup,
  timeout,
  type Token,
} from "corio";
import { both } from "../support/dialects.ts";
import { failureOf } from "../support/failure.ts";

describe("a task", () => {
  both(
    "copies the context of its maker: neither sees what the other sets later (K14)",
    function* ({ fn, wait, log }) {
      const color = new ContextVar("color", { default: "none" });
      const told = new Event();
      color.set("red");
      const child = fn(function* () {
        log.push(`child begins with ${color.get()}`);
        color.set("blue");
        told.set();
        yield* wait(sleep(2));
        log.push(`child still has ${color.get()}`);
      });
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(child);
            // Set before the child's first step, but after it was made.
            color.set("green");
            yield* wait(told.wait());
            log.push(`maker has ${color.get()}`);
            yield* wait(sleep(1));
            color.set("yellow");
          }),
        ),
      );
      expect(log).toEqual(["child begins with red", "maker has green", "child still has blue"]);
      expect(color.get()).toBe("yellow");
    },
  );

  both("copies that of whoever spawns it, not of the group's owner (K14)", function* ({ fn, wait, log }) {
    const name = new ContextVar("name", { default: "owner" });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              name.set("spawner");
              yield* wait(sleep(1));
              group.spawn(() => void log.push(name.get()));
            }),
          );
          group.spawn(() => void log.push(name.get()));
        }),
      ),
    );
    expect(log).toEqual(["owner", "spawner"]);
  });

  both("shares its context with what it waits for, calls, and opens (K14)", function* ({ fn, wait, log }) {
    const depth = new ContextVar("depth", { default: 0 });
    const deeper = fn(function* () {
      depth.set(depth.get() + 1);
      yield* wait(sleep(1));
      depth.set(depth.get() + 1);
    });
    yield* wait(call(deeper));
    log.push(depth.get());
    yield* wait(timeout(100, deeper));
    log.push(depth.get());
    yield* wait(
      taskGroup(
        fn(function* () {
          yield* wait(
            cancelScope(
              fn(function* () {
                yield* wait(run(deeper));
              }),
            ),
          );
        }),
      ),
    );
    log.push(depth.get());
    // Those are tasks.
    yield* wait(gather([deeper, deeper]));
    log.push(depth.get());
    expect(log).toEqual([2, 4, 6, 6]);
  });

  both(
    "crosses the dialects with it: both kinds of function share one context (K14)",
    function* ({ wait, log }) {
      const path = new ContextVar("path", { default: "" });
      const add = (text: string): void => void path.set(path.get() + text);
      yield* wait(
        call(async () => {
          add("a");
          await sleep(1);
          await call(function* () {
            add("b");
            yield* sleep(1);
            yield* call(async () => {
              await sleep(1);
              add("c");
            });
          });
          add("d");
        }),
      );
      log.push(path.get());
      expect(log).toEqual(["abcd"]);
    },
  );

  test("shares it with async calls that it left floating", async () => {
    const seen = new ContextVar("seen", { default: "" });
    await run(async () => {
      const one = async (name: string): Promise<void> => {
        await sleep(1);
        seen.set(seen.get() + name);
      };
      const calls = [one("a"), one("b")];
      seen.set("-");
      for (const floating of calls) await floating;
      expect(seen.get()).toBe("-ab");
    });
  });

  both(
    "given a context runs in it: what it sets is seen there (K15, test_taskgroups BaseTestTaskGroup.test_taskgroup_task_context)",
    function* ({ fn, wait }) {
      const color = new ContextVar("color", { default: "none" });
      const context = copyContext();
      const paint = fn(function* (next: string) {
        const before = color.get();
        yield* wait(sleep(1));
        color.set(next);
        return before;
      });
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const first = group.spawn({ context }, paint, "red");
            expect(first.getContext()).toBe(context);
            expect(yield* wait(first.join())).toBe("none");
            expect(context.get(color)).toBe("red");
            expect(color.get()).toBe("none");
            const second = createTask({ context }, paint, "blue");
            expect(yield* wait(second.join())).toBe("red");
            expect(context.get(color)).toBe("blue");
          }),
        ),
      );
      expect(() => createTask({ context: {} as Context }, paint, "x")).toThrow(TypeError);
    },
  );

  both("in a given context has children that copy it (K14, K15)", function* ({ fn, wait, log }) {
    const color = new ContextVar<string>("color");
    const context = new Context();
    const parent = fn(function* () {
      color.set("red");
      const child = createTask(
        fn(function* () {
          log.push(color.get());
          color.set("blue");
          yield* wait(sleep(1));
        }),
      );
      yield* wait(child.join());
      log.push(color.get());
    });
    yield* wait(createTask({ context }, parent).join());
    expect(log).toEqual(["red", "red"]);
    expect([...context]).toEqual([[color, "red"]]);
  });

  both("shows its context, which goes on with it", function* ({ fn, wait }) {
    const color = new ContextVar("color", { default: "none" });
    const go = new Event();
    const task = createTask(
      fn(function* () {
        yield* wait(go.wait());
        color.set("red");
      }),
    );
    const context = task.getContext();
    expect(context.has(color)).toBe(false);
    expect(task.getContext()).toBe(context);
    go.set();
    yield* wait(task.join());
    expect(context.get(color)).toBe("red");
    expect(color.get()).toBe("none");
  });
});

describe("a context", () => {
  both("runs a plain function in it; what that spawns copies it", function* ({ fn, wait, log }) {
    const color = new ContextVar("color", { default: "none" });
    const context = copyContext();
    const result = context.run(
      (a: string, b: string) => {
        color.set(a + b);
        const inner = copyContext();
        inner.run(() => color.set("inner"));
        createTask(
          fn(function* () {
            yield* wait(sleep(1));
            log.push(color.get());
          }),
        );
        return color.get();
      },
      "dark ",
      "red",
    );
    expect(result).toBe("dark red");
    expect(color.get()).toBe("none");
    expect(context.get(color)).toBe("dark red");
    expect(() =>
      context.run(() => {
        throw new RangeError("inside");
      }),
    ).toThrow(RangeError);
    expect(color.get()).toBe("none");
    yield* wait(sleep(2));
    expect(log).toEqual(["dark red"]);
  });

  test("refuses what would go on elsewhere", () => {
    const context = copyContext();
    expect(() => context.run(function* work() {})).toThrow(
      "work is a coroutine; spawn({ context }, fn) runs it in one",
    );
    expect(() => context.run(async () => {})).toThrow(TypeError);
    expect(() => context.run(undefined as never)).toThrow(TypeError);
  });

  test("is a snapshot; its copy is another", () => {
    const a = new ContextVar<number>("a");
    const b = new ContextVar<number>("b");
    const context = new Context();
    expect(context.size).toBe(0);
    context.run(() => void a.set(1));
    const copy = context.copy();
    copy.run(() => void b.set(2));
    expect([...context]).toEqual([[a, 1]]);
    expect([...copy]).toEqual([
      [a, 1],
      [b, 2],
    ]);
    expect(copy.has(b) && !context.has(b)).toBe(true);
  });

  both("is left by a task that begins inside: an eager one has its own", function* ({ fn, wait, log }) {
    const color = new ContextVar("color", { default: "none" });
    const context = copyContext();
    context.run(() => {
      color.set("red");
      createTask(
        { eager: true },
        fn(function* () {
          log.push(color.get());
          color.set("blue");
          log.push(color.get());
          yield* wait(sleep(1));
        }),
      );
      log.push(color.get());
    });
    expect(log).toEqual(["red", "blue", "red"]);
    yield* wait(sleep(2));
  });
});

describe("a variable", () => {
  test("without a value gives the fallback, or its default, or LookupError", () => {
    const bare = new ContextVar<number>("bare");
    const withDefault = new ContextVar<number | undefined>("with default", { default: undefined });
    expect(() => bare.get()).toThrow(
      new LookupError("The context variable bare has no value here, and no default"),
    );
    expect(bare.get("fallback")).toBe("fallback");
    expect(bare.get(undefined)).toBe(undefined);
    expect(withDefault.get()).toBe(undefined);
    expect(withDefault.get(1)).toBe(1);
    new Context().run(() => {
      withDefault.set(undefined);
      expect(withDefault.get(1)).toBe(undefined);
    });
    expect(() => new ContextVar(1 as never)).toThrow(TypeError);
  });

  test("is reset by the token of its set, once", () => {
    new Context().run(() => {
      const color = new ContextVar("color", { default: "none" });
      const first = color.set("red");
      const second = color.set("blue");
      color.reset(second);
      expect(color.get()).toBe("red");
      expect(() => color.reset(second)).toThrow(InvalidStateError);
      color.reset(first);
      expect(color.get("unset")).toBe("unset");
      expect(() => new ContextVar<string>("other").reset(color.set("x"))).toThrow(TypeError);
    });
  });

  test("is reset at the end of a block that is using its token", () => {
    new Context().run(() => {
      const color = new ContextVar("color", { default: "none" });
      {
        using _token = color.set("red");
        expect(color.get()).toBe("red");
      }
      expect(color.get()).toBe("none");
    });
  });

  both("is not reset from another context", function* ({ fn, wait }) {
    const color = new ContextVar("color", { default: "none" });
    let token: Token<string> | undefined;
    const task = createTask(
      fn(function* () {
        token = color.set("red");
        yield* wait(sleep(1));
      }),
    );
    yield* wait(task.join());
    expect(() => color.reset(token!)).toThrow(InvalidStateError);
    task.getContext().run(() => color.reset(token!));
    expect(task.getContext().has(color)).toBe(false);
  });

  test("keeps its values apart from those of others with the same name", () => {
    new Context().run(() => {
      const [one, two] = [new ContextVar<number>("n"), new ContextVar<number>("n")];
      one.set(1);
      two.set(2);
      expect([one.get(), two.get()]).toEqual([1, 2]);
    });
  });
});

describe("outside any run", () => {
  test("there is one context, which runs copy", async () => {
    const color = new ContextVar("color", { default: "none" });
    const token = color.set("red");
    const inside = await run(async () => {
      await sleep(0);
      const seen = color.get();
      color.set("blue");
      return seen;
    });
    expect(inside).toBe("red");
    expect(color.get()).toBe("red");
    color.reset(token);
    expect(color.get()).toBe("none");
  });

  test("is not where code lands that has outlived its block", async () => {
    const color = new ContextVar("color", { default: "none" });
    let late: Promise<unknown> | undefined;
    await run(async () => {
      // Goes on when the run is over.
      late = failureOf(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        expect(color.get()).toBe("none");
        color.set("red");
      });
    });
    expect(await late).toBeInstanceOf(ScopeClosedError);
    expect(color.get()).toBe("none");
  });
});

describe("a callback", () => {
  both("of the loop runs in the context copied when it was scheduled (L17)", function* ({ wait, log }) {
    const color = new ContextVar("color", { default: "none" });
    const loop = getRunningLoop();
    color.set("red");
    const handle = loop.callSoon(() => {
      log.push(color.get());
      color.set("blue");
      log.push(color.get());
    });
    color.set("green");
    const context = copyContext();
    context.run(() => void color.set("given"));
    const given = loop.callLater(1, { context }, () => {
      log.push(color.get());
      color.set("changed");
    });
    expect(given.getContext()).toBe(context);
    yield* wait(sleep(2));
    expect(log).toEqual(["red", "blue", "given"]);
    expect(color.get()).toBe("green");
    expect(handle.getContext().get(color)).toBe("blue");
    expect(context.get(color)).toBe("changed");
  });
});
