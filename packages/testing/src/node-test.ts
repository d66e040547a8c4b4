// The adapter for node's own test runner: `import { test } from "@corio/testing/node-test"`.

import { describe, test as nodeTest } from "node:test";
import type { Program } from "./run-once.ts";
import { checkStream } from "./streams/check-stream.ts";
import type { StreamCheckOptions } from "./streams/types.ts";
import { type CorioTestOptions, runTest } from "./test-body.ts";

export type { Program } from "./run-once.ts";
export type { CorioTestOptions } from "./test-body.ts";

/** Declares a test whose body, of either dialect, runs in virtual time. */
export type DeclareTest = (name: string, body: Program, options?: CorioTestOptions) => void;

/** `test`, with the variants of node's test runner. */
export interface CorioTest extends DeclareTest {
  readonly only: DeclareTest;
  readonly skip: DeclareTest;
  readonly todo: (name: string) => void;
}

type Mode = { only?: boolean; skip?: boolean };

function declare(mode: Mode): DeclareTest {
  return (name, body, options = {}) => {
    const { timeout } = options;
    void nodeTest(name, { ...mode, ...(timeout === undefined ? {} : { timeout }) }, () =>
      runTest(body, options),
    );
  };
}

/**
 * Declares a test whose body, of either dialect, runs in a simulation: in virtual time, under one schedule or many, with nothing
 * left over at its end. The body is given the scope of its run.
 */
export const corioTest: CorioTest = Object.assign(declare({}), {
  only: declare({ only: true }),
  skip: declare({ skip: true }),
  todo: (name: string): void => void nodeTest.todo(name),
});

export { corioTest as it, corioTest as test };

/** Declares the checks of `checkStream` as tests, in a suite of this name. */
export function testStream(name: string, makePair: () => unknown, options: StreamCheckOptions = {}): void {
  void describe(name, () => {
    for (const check of checkStream(makePair, options)) void nodeTest(check.name, check.run);
  });
}
