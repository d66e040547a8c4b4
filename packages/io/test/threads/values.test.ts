// What crosses between threads, and how: copies, what is moved, what is shared, and errors.
import { MessageChannel } from "node:worker_threads";
import { fromPromise, LookupError, run, TaskGroupError, TimeoutError } from "corio";
import { describe, expect, test } from "vitest";
import {
  moduleFunction,
  runInExecutor,
  ThreadExecutor,
  ThreadFunctionError,
  transfer,
} from "../../src/index.ts";
import { both, caught } from "../support/dialects.ts";
import { groupFails, timesOut } from "./fixtures/coroutines.ts";
import {
  double,
  echo,
  fail,
  failLater,
  fill,
  give,
  measure,
  moveInside,
  page,
  pageLeft,
  ParseError,
  post,
} from "./fixtures/work.ts";
import { sharedExecutor } from "./support/shared-executor.ts";

const { call } = sharedExecutor();

describe("values are copied", () => {
  test.each([
    ["primitives", [1, -0, NaN, "a\u0000é", true, null, undefined, 12n]],
    ["plain objects", { a: { b: [1, { c: null }] } }],
    ["bytes", new Uint8Array([1, 2, 3])],
    ["a large tree", Array.from({ length: 3000 }, (_, i) => ({ i, text: `line ${i}` }))],
    ["maps and sets", new Map([["k", new Set([1, 2])]])],
    ["dates and patterns", [new Date(5), /x+/g]],
  ])("%s", async (_what, value) => {
    await run(async () => expect(await call(echo, value as unknown)).toEqual(value));
  });

  test("a buffer comes as bytes", async () => {
    await run(async () => {
      const given = await call(echo, Buffer.from("héllo") as Uint8Array);
      expect(Buffer.from(given).toString()).toBe("héllo");
    });
  });

  both("an instance loses its class", function* ({ wait }) {
    class Point {
      x = 1;
    }
    const given = yield* wait(call(echo, new Point()));
    expect(given).toEqual({ x: 1 });
    expect(Object.getPrototypeOf(given)).toBe(Object.prototype);
  });

  test.each([
    ["map", new Map([["k", new Set([1])]])],
    ["date", new Date(0)],
    ["view", new Uint16Array([1, 2])],
    ["bigint", 12n ** 30n],
    ["big", Array.from({ length: 1000 }, (_, i) => ({ i }))],
    ["undefined", undefined],
  ])("from a thread as well: %s", async (what, value) => {
    await run(async () => expect(await call(give, what)).toEqual(value));
  });

  both("an error that is returned is a value", function* ({ wait }) {
    const given = yield* wait(call(give, "error"));
    expect(given).toBeInstanceOf(RangeError);
    expect((given as Error).message).toBe("as a value");
  });
});

describe("what cannot be cloned", () => {
  both("among the arguments is named by its index", function* ({ wait }) {
    const error = yield* caught(wait(call((...args: unknown[]) => args.length, 1, { f: () => 1 }, 3)));
    expect(error).toBeInstanceOf(ThreadFunctionError);
    expect(error).toMatchObject({ code: "ERR_THREAD_FUNCTION", name: "ThreadFunctionError" });
    expect((error as Error).message).toMatch(
      /argument 2 of 3 \(index 1\) cannot be cloned: .*could not be cloned/,
    );
    expect((error as Error).cause).toMatchObject({ name: "DataCloneError" });
    // The thread has not noticed.
    expect(yield* wait(call(double, 4))).toBe(8);
  });

  const kinds = "fn symbol nested proxy weak promiseInside moved namespace arguments memory".split(" ");
  test.each(kinds)("as a result is a ThreadFunctionError, and the thread goes on: %s", async (what) => {
    await run(async () => {
      const error = await thrownBy(async () => await call(give, what));
      expect(error).toBeInstanceOf(ThreadFunctionError);
      expect((error as Error).message).toMatch(/Cannot send the result to the caller/);
    });
  });

  both("because it cannot be read is the same, and no crash", function* ({ wait }) {
    const executor = new ThreadExecutor({ workers: 1 });
    const unreadable = {
      get x(): never {
        throw new RangeError("not to be read");
      },
    };
    const sent = yield* caught(wait(runInExecutor(executor, (value: unknown) => value, unreadable)));
    expect(sent).toBeInstanceOf(ThreadFunctionError);
    expect((sent as Error).message).toMatch(/argument 1 of 1 \(index 0\) cannot be cloned: not to be read/);
    const given = yield* caught(
      wait(
        runInExecutor(executor, () => ({
          get x(): never {
            throw new RangeError("not to be read");
          },
        })),
      ),
    );
    expect(given).toBeInstanceOf(ThreadFunctionError);
    expect((given as Error).message).toMatch(/Cannot send the result to the caller: not to be read/);
    expect(executor.statistics()).toMatchObject({ crashed: 0, failed: 2, workers: 1 });
  });

  both("because it cannot be asked whether it is a promise throws what that throws", function* ({ wait }) {
    for (let i = 0; i < 2; i++) {
      const error = yield* caught(wait(call(give, "thenable")));
      expect(error).toBeInstanceOf(RangeError);
      expect((error as Error).message).toBe("not to be asked");
    }
  });

  both("does not cost its thread", function* ({ wait }) {
    const { threadId } = yield* wait(call(thread));
    for (let i = 0; i < 5; i++) yield* caught(wait(call(give, "fn")));
    const ids = new Set<number>([threadId]);
    for (let i = 0; i < 5; i++) ids.add((yield* wait(call(thread))).threadId);
    expect(ids.size).toBeLessThanOrEqual(2);
    expect(Math.max(...ids)).toBeLessThanOrEqual(threadId + 1);
  });
});

async function thrownBy(body: () => Promise<unknown>): Promise<unknown> {
  try {
    await body();
  } catch (error) {
    return error;
  }
  throw new Error("expected the call to throw");
}

const thread = moduleFunction<() => { threadId: number }>(
  "data:text/javascript,import{threadId}from'node:worker_threads';export default()=>({threadId})",
);

describe("transfer", () => {
  both("moves an argument", function* ({ wait }) {
    const bytes = new Uint8Array(1 << 20);
    expect(yield* wait(call(measure, transfer(bytes)))).toBe(1 << 20);
    expect(bytes.byteLength).toBe(0);
    const buffer = new ArrayBuffer(8);
    expect(yield* wait(call(measure, transfer(buffer)))).toBe(8);
    expect(buffer.detached).toBe(true);
  });

  both("moves a result", function* ({ wait }) {
    const bytes = yield* wait(call(fill, 100_000));
    expect(bytes.length).toBe(100_000);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
    expect(yield* wait(call(moveInside, 10))).toEqual({ bytes: new ArrayBuffer(10), size: 10 });
  });

  both("moves what a list names, within a value", function* ({ wait }) {
    const message = { head: "x", body: new ArrayBuffer(16) };
    const given = yield* wait(call(echo, transfer(message, [message.body])));
    expect(given.body.byteLength).toBe(16);
    expect(message.body.detached).toBe(true);
  });

  both("moves once what two arguments share", function* ({ wait }) {
    const buffer = new Uint8Array([1, 2, 3, 4]).buffer;
    const [left, right] = [new Uint8Array(buffer, 0, 2), new Uint8Array(buffer, 2)];
    const sum = (...all: Uint8Array[]): number => all.flatMap((bytes) => [...bytes]).reduce((a, b) => a + b);
    expect(yield* wait(call(sum, transfer(left), transfer(right), left))).toBe(13);
    expect(buffer.detached).toBe(true);
  });

  both("moves ports", function* ({ wait }) {
    const { port1, port2 } = new MessageChannel();
    const heard = new Promise((resolve) => port1.once("message", resolve));
    yield* wait(call(post, transfer(port2), "hello"));
    expect(yield* wait(fromPromise(heard))).toBe("hello");
  });

  both("twice is an error of the call", function* ({ wait }) {
    const bytes = new Uint8Array(8);
    yield* wait(call(measure, transfer(bytes)));
    expect(yield* caught(wait(call(measure, transfer(bytes))))).toBeInstanceOf(ThreadFunctionError);
  });

  test("refuses at once what cannot move", () => {
    expect(() => transfer(1 as never)).toThrow(TypeError);
    expect(() => transfer(null as never)).toThrow(TypeError);
    expect(() => transfer(new SharedArrayBuffer(1))).toThrow(/both sides see it/);
    expect(() => transfer(Buffer.from("pooled"))).toThrow(/others have their data in it/);
  });

  both("of what is no transferable is an error of the call", function* ({ wait }) {
    const error = yield* caught(wait(call(echo, transfer({ a: 1 }))));
    expect(error).toBeInstanceOf(ThreadFunctionError);
    expect((error as Error).message).toMatch(/Cannot send the call of echo/);
  });
});

both("memory that is shared is seen by both sides", function* ({ wait }) {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  yield* wait(call((view: Int32Array) => Atomics.store(view, 1, 42), shared));
  expect(shared[1]).toBe(42);
});

describe("errors", () => {
  both("of JavaScript keep their class", function* ({ wait }) {
    for (const fn of [fail, failLater]) {
      const error = yield* caught(wait(call(fn, "range")));
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ name: "RangeError", message: "out of range" });
    }
  });

  both("of a class of the program keep its name, their code, cause and properties", function* ({ wait }) {
    const error = (yield* caught(wait(call(fail, "custom")))) as ParseError;
    expect(error).not.toBeInstanceOf(ParseError);
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error).toMatchObject({ name: "ParseError", message: "no such thing", code: "ERR_PARSE", line: 7 });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.cause).toMatchObject({ message: "deep", cause: "a word" });
    expect(String(error)).toBe("ParseError: no such thing");
    expect(Object.keys(error)).not.toContain("name");
  });

  both("leave out only what cannot be cloned", function* ({ wait }) {
    const error = yield* caught(wait(call(fail, "code")));
    expect(error).toMatchObject({ code: "EWHAT", errno: -7, path: "/x" });
    expect(error).not.toHaveProperty("skipped");
    expect(yield* caught(wait(call(fail, "list")))).toMatchObject({ errors: [{ line: 1 }], error: "mine" });
  });

  both("that hold others hold them still", function* ({ wait }) {
    const error = yield* caught(wait(call(fail, "aggregate")));
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors).toMatchObject([{ name: "RangeError", message: "one" }, 2]);
    // Node 22 has none.
    if (typeof SuppressedError === "undefined") return;
    const suppressed = yield* caught(wait(call(fail, "suppressed")));
    expect(suppressed).toBeInstanceOf(SuppressedError);
    expect(suppressed).toMatchObject({
      message: "two",
      error: { message: "at the end" },
      suppressed: "before",
    });
    expect(Object.keys(suppressed as Error)).toEqual([]);
  });

  both("of the platform", function* ({ wait }) {
    const error = yield* caught(wait(call(fail, "abort")));
    expect(error).toBeInstanceOf(DOMException);
    expect(error).toMatchObject({ name: "AbortError", message: "gone" });
  });

  both("need not be errors", function* ({ wait }) {
    expect(yield* caught(wait(call(fail, "string")))).toBe("just a string");
    expect(yield* caught(wait(call(fail, "object")))).toEqual({ a: [1, 2] });
    expect(yield* caught(wait(call(fail, "undefined")))).toBe(undefined);
    expect(yield* caught(wait(call(fail, "null")))).toBe(null);
    expect(yield* caught(wait(call(fail, "fn")))).toMatch(/=> 1/);
  });

  both("may go round, or be hostile", function* ({ wait }) {
    const error = (yield* caught(wait(call(fail, "cycle")))) as Error;
    expect(error.message).toBe("round");
    expect((error.cause as Error).message).toBe("round");
    expect(yield* caught(wait(call(fail, "hostile")))).toMatchObject({ message: /cannot be read/ });
  });

  both("of Corio come back as its own", function* ({ wait }) {
    expect(yield* caught(wait(call(timesOut)))).toBeInstanceOf(TimeoutError);
    const error = yield* caught(wait(call(groupFails)));
    const several = error instanceof TaskGroupError ? error : null;
    expect(several === null ? error : several.errors[0]).toMatchObject({ message: "one" });
    expect(yield* caught(wait(call(lookup)))).not.toBeInstanceOf(LookupError);
  });

  both("show where they came from, and who called", function* ({ wait }) {
    function* callerOfIt(): Generator<unknown, unknown> {
      return yield* caught(wait(call(fail, "range")));
    }
    const { stack = "" } = (yield* callerOfIt()) as Error;
    const [head, ...rest] = stack.split("\n");
    expect(head).toBe("RangeError: out of range");
    expect(rest[0]).toMatch(/at (?:Object\.)?range \(file:.*fixtures\/work\.ts:\d+:\d+\)/);
    const border = rest.findIndex((line) => /--- in thread \d+ of shared, called by ---/.test(line));
    expect(border).toBeGreaterThan(0);
    expect(rest.slice(0, border).join("\n")).not.toMatch(/inside\/worker|piscina/);
    expect(rest.slice(border + 1).join("\n")).toMatch(/callerOfIt/);
    expect(rest.slice(border + 1).join("\n")).toMatch(/values\.test\.ts/);
    expect(rest.slice(border + 1).join("\n")).not.toMatch(/src\/threads\/|corio\/src\//);
  });
});

/** Of the same name as one of Corio's, and something else. */
function lookup(): never {
  const error = new Error("a name");
  error.name = "LookupError";
  throw error;
}

both("whole pages that are marked to be moved are moved, whatever sees them", function* ({ wait }) {
  const executor = new ThreadExecutor({ workers: 1 });
  for (const [kind, constructor, offset, length] of [
    ["ArrayBuffer", ArrayBuffer, 0, 65_536],
    ["Buffer", Uint8Array, 8, 16],
    ["Uint8Array", Uint8Array, 8, 16],
    ["Float64Array", Float64Array, 8, 16],
    ["BigInt64Array", BigInt64Array, 8, 16],
    ["DataView", DataView, 8, 16],
  ] as const) {
    const value = (yield* wait(runInExecutor(executor, page, kind))) as ArrayBuffer | ArrayBufferView;
    expect(yield* wait(runInExecutor(executor, pageLeft)), kind).toBe(0);
    expect(value.constructor, kind).toBe(constructor);
    expect(value.byteLength, kind).toBe(length);
    const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
    expect(buffer.byteLength, kind).toBe(65_536);
    expect(ArrayBuffer.isView(value) ? value.byteOffset : 0, kind).toBe(offset);
    expect(new Uint8Array(buffer).every((byte) => byte === 7)).toBe(true);
  }
});
