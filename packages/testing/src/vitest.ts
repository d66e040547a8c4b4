// The adapter for vitest: `import { test } from "@corio/testing/vitest"`.

import { describe, test as vitestTest } from "vitest";
import type { Program } from "./run-once.ts";
import { checkStream, checkTimeout } from "./streams/check-stream.ts";
import type { StreamCheckOptions } from "./streams/types.ts";
import { type CorioTestOptions, runTest } from "./test-body.ts";

export type { Program } from "./run-once.ts";
export type { CorioTestOptions } from "./test-body.ts";

/** Declares a test whose body, of either dialect, runs in virtual time. */
export type DeclareTest = (name: string, body: Program, options?: CorioTestOptions) => void;

/** `test`, with vitest's own variants. */
export interface CorioTest extends DeclareTest {
  readonly only: DeclareTest;
  readonly skip: DeclareTest;
  readonly todo: (name: string) => void;
}

type Declare = (name: string, body: () => Promise<void>, timeout?: number) => void;

function declare(how: Declare): DeclareTest {
  return (name, body, options = {}) => how(name, () => runTest(body, options), options.timeout);
}

/**
 * Declares a test whose body, of either dialect, runs in a simulation: in virtual time, under one schedule or many, with nothing
 * left over at its end. The body is given the scope of its run.
 */
export const corioTest: CorioTest = Object.assign(
  declare((...input) => vitestTest(...input)),
  {
    only: declare((...input) => vitestTest.only(...input)),
    skip: declare((...input) => vitestTest.skip(...input)),
    todo: (name: string): void => vitestTest.todo(name),
  },
);

export { corioTest as it, corioTest as test };

/**
 * Declares the checks of `checkStream` as tests, in a suite of this name. vitest's own limit is set above theirs, in both dialects: what a
 * check that takes too long waits for would not be told otherwise.
 */
export function testStream(name: string, makePair: () => unknown, options: StreamCheckOptions = {}): void {
  const limit = 2 * (options.timeout ?? checkTimeout) + 60_000;
  describe(name, () => {
    for (const check of checkStream(makePair, options)) vitestTest(check.name, check.run, limit);
  });
}
