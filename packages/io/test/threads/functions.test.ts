// What functions can be sent to a thread, and how: by their text, or by the module that exports them.
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";
import { run } from "corio";
import { describe, expect, test } from "vitest";
import { moduleFunction, threadFunction, ThreadFunctionError } from "../../src/index.ts";
import { both, caught } from "../support/dialects.ts";
import { double } from "./fixtures/work.ts";
import { sharedExecutor } from "./support/shared-executor.ts";

const { call } = sharedExecutor();

const work = new URL("./fixtures/work.ts", import.meta.url);

type Anything = (...args: unknown[]) => unknown;

/** A function as it reads: vite would change it. */
const written = (text: string): Anything => runInThisContext(`(${text})`) as Anything;

async function refused(fn: Anything): Promise<string> {
  return await run(async () => {
    try {
      await call(fn);
    } catch (error) {
      expect(error).toBeInstanceOf(ThreadFunctionError);
      return (error as Error).message;
    }
    throw new Error("expected the call to be refused");
  });
}

describe("an inline function", () => {
  both("of any kind is sent as it reads", function* ({ wait }) {
    expect(yield* wait(call((a: number, b: number) => a + b, 1, 2))).toBe(3);
    expect(
      yield* wait(
        call(function fib(n: number): number {
          return n < 2 ? n : fib(n - 1) + fib(n - 2);
        }, 15),
      ),
    ).toBe(610);
    const methods = {
      twice(x: number) {
        return 2 * x;
      },
      async later(x: number) {
        await Promise.resolve();
        return 3 * x;
      },
      "odd name"(x: number) {
        return 4 * x;
      },
      async [Symbol.iterator](x: number) {
        return 5 * x;
      },
    };
    // oxlint-disable-next-line typescript/unbound-method -- it uses no `this`, and is sent without one
    expect(yield* wait(call(methods.twice, 2))).toBe(4);
    // oxlint-disable-next-line typescript/unbound-method
    expect(yield* wait(call(methods.later, 2))).toBe(6);
    // oxlint-disable-next-line typescript/unbound-method
    expect(yield* wait(call(methods["odd name"], 2))).toBe(8);
    // oxlint-disable-next-line typescript/unbound-method
    expect(yield* wait(call(methods[Symbol.iterator], 2))).toBe(10);
  });

  both("may use what is global", function* ({ wait }) {
    const given = yield* wait(
      call(
        (text: string) => [
          new TextEncoder().encode(text).length,
          structuredClone({ a: Math.PI }),
          typeof process,
        ],
        "é",
      ),
    );
    expect(given).toEqual([2, { a: Math.PI }, "object"]);
  });

  both("is strict", function* ({ wait }) {
    expect(
      yield* wait(
        call(function (this: unknown) {
          return this === undefined;
        }),
      ),
    ).toBe(true);
  });

  both("made anew for each call is read once", function* ({ wait }) {
    for (let i = 0; i < 50; i++) expect(yield* wait(call((x: number) => x + 1, i))).toBe(i + 1);
  });

  test("must not use a variable from outside: which one is told, where, and what to do", async () => {
    const factor = 3;
    const message = await refused(((x: number) => {
      const y = x;
      return y * factor;
    }) as Anything);
    expect(message).toMatch(/it uses factor \(line 3, column \d+ of the function\)/);
    expect(message).toMatch(/pass factor as an argument/);
    expect(await refused(written("() => first + second + first"))).toMatch(
      /it uses, from outside, first, second \(line 1/,
    );
  });

  test.each([
    ["() => this", /none of its caller's this/],
    ["() => require('fs')", /Import in the function: await import/],
    ["() => __vi_import_0__.x", /Vite has rewritten/],
    ["class A {}", /it is a class/],
    [
      "function () { return this.x }",
      /it uses this \(line 1, column 22 of the function\).*none of its caller's this/,
    ],
    ["({ a() { return this.x } }).a", /it uses this .*none of its caller's this/],
    ["({ a() { return this } }).a", /it uses this .*none of its caller's this/],
    ["({ a() { return super.x } }).a", /it uses super .*none of its caller's super/],
    ["() => import('./work.ts')", /it uses the module \.\/work\.ts .*does not know from where/],
    ["({ get a() { return 1 } })", null],
  ])("%s", async (text, message) => {
    if (message !== null) expect(await refused(written(text))).toMatch(message);
    else {
      const getter = Reflect.get(Object.getOwnPropertyDescriptor(written(text), "a")!, "get") as Anything;
      expect(await refused(getter)).toMatch(/does not stand for itself/);
    }
  });

  test("import.meta has no meaning there", async () => {
    expect(await refused((() => import.meta.url) as Anything)).toMatch(/module of its own/);
  });

  test("bound and native functions have no text", async () => {
    expect(await refused(double.bind(null) as Anything)).toMatch(/bound, or native/);
    expect(await refused(Math.max as Anything)).toMatch(/bound, or native/);
  });

  test("helpers that compilers wrap inner functions in are there", async () => {
    await run(async () => {
      expect(await call(written("(x) => { const f = __name(() => x, 'f'); return f(); }"), 5)).toBe(5);
    });
  });

  test("a global of the caller's own is missed in the thread", async () => {
    const place = globalThis as { onlyHere?: number };
    place.onlyHere = 1;
    try {
      expect(await refused(written("() => onlyHere"))).toMatch(
        /its global onlyHere is not there in a thread/,
      );
    } finally {
      delete place.onlyHere;
    }
  });
});

describe("a function of a module", () => {
  both("is found by the address and the name", function* ({ wait }) {
    expect(yield* wait(call(moduleFunction<typeof double>(work, "double"), 21))).toBe(42);
    expect(yield* wait(call(moduleFunction<(path: string) => string>("node:path", "basename"), "/a/b"))).toBe(
      "b",
    );
    const inline = "data:text/javascript,export default (x) => x + 1";
    expect(yield* wait(call(moduleFunction<(x: number) => number>(inline), 1))).toBe(2);
  });

  both("or by what was said where it stands", function* ({ wait }) {
    expect(yield* wait(call(double, 21))).toBe(42);
    expect(double(1)).toBe(2);
  });

  test("that is not there is refused, with the names that are", async () => {
    expect(await refused(moduleFunction(work, "treble"))).toMatch(
      /Cannot find the function treble: .*work\.ts exports .*double/,
    );
    expect(await refused(moduleFunction(work, "notAFunction"))).toMatch(
      /Cannot find the function notAFunction/,
    );
    expect(await refused(moduleFunction("data:text/javascript,export const a = 1", "a"))).toMatch(
      /no function at all/,
    );
  });

  test("of a module that cannot be loaded is refused, with the cause", async () => {
    await run(async () => {
      const error = await caughtBy(
        async () => await call(moduleFunction(new URL("./fixtures/broken.ts", import.meta.url), "never")),
      );
      expect(error).toBeInstanceOf(ThreadFunctionError);
      expect((error as Error).message).toMatch(
        /Cannot load .*broken\.ts in a thread: this module cannot be loaded/,
      );
      expect((error as Error).cause).toBeInstanceOf(RangeError);
      expect(await refusedHere(moduleFunction("file:///nowhere/at-all.ts", "x"))).toMatch(/Cannot load/);
    });
  });

  test("needs a whole address, and a name", () => {
    expect(() => moduleFunction("./work.ts", "double")).toThrow(/give a whole address/);
    expect(() => moduleFunction("C:\\work.ts", "double")).toThrow(/give a whole address/);
    expect(() => moduleFunction(pathToFileURL("/x.ts"), "double")).not.toThrow();
    expect(() =>
      threadFunction(
        import.meta.url,
        (
          () => () =>
            1
        )(),
      ),
    ).toThrow(/give the name/);
    expect(() => threadFunction(import.meta.url, 1 as never)).toThrow(TypeError);
  });

  async function refusedHere(fn: Anything): Promise<string> {
    return ((await caughtBy(async () => await call(fn))) as Error).message;
  }
});

async function caughtBy(body: () => Promise<unknown>): Promise<unknown> {
  try {
    await body();
  } catch (error) {
    return error;
  }
  throw new Error("expected it to throw");
}

both("an error in an inline function tells its place in the text", function* ({ wait }) {
  const faulty = written(`function faulty() {
    return 1 + nothing();
    function nothing() { throw new RangeError("here"); }
  }`);
  const { stack } = (yield* caught(wait(call(faulty)))) as Error;
  expect(stack).toMatch(
    /at nothing \(thread-function-faulty:3:32\)\n +at faulty \(thread-function-faulty:2:16\)/,
  );
});

both("the refusal shows who called", function* ({ wait }) {
  function* guilty(): Generator<unknown, unknown> {
    return yield* caught(wait(call(written("() => outside"))));
  }
  const error = (yield* guilty()) as Error;
  expect(error.stack).toMatch(/guilty.*functions\.test\.ts/);
  expect(error.stack).not.toMatch(/src\/threads\//);
});
