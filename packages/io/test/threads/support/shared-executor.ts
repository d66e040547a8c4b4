// One executor for all tests of a file that do not care about theirs: to start a thread takes longer than most tests.
import type { Awaitable, Unwrap } from "corio";
import { afterAll, beforeAll } from "vitest";
import { runInExecutor, ThreadExecutor } from "../../../src/index.ts";

export interface Shared {
  readonly executor: ThreadExecutor;
  readonly call: <A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A) => Awaitable<Unwrap<R>>;
}

export function sharedExecutor(): Shared {
  let executor: ThreadExecutor;
  beforeAll(() => {
    executor = new ThreadExecutor({ workers: 2, idleTimeout: Infinity, name: "shared", scope: null });
  });
  afterAll(() => executor[Symbol.asyncDispose]());
  return {
    get executor() {
      return executor;
    },
    call: (fn, ...args) => runInExecutor(executor, fn, ...args),
  };
}
