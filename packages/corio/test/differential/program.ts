// What every TypeScript program imports: its shape, the error class to fail with, and the way to run it in a dialect.

import { loopTime } from "corio";
import { simulate } from "@corio/testing";
import type { Dialect } from "../support/dialects.ts";
import { word } from "./words.ts";

export { Failure } from "./words.ts";

/** What a body gives and takes while it runs; both dialects are driven from it. */
export type Steps<T> = Generator<unknown, T, unknown>;

/** What a program is given: the dialect, and the log. */
export interface Tools extends Pick<Dialect, "fn" | "wait"> {
  /** Writes one event: the virtual time, then the values. */
  readonly log: (...values: unknown[]) => void;
}

/** Where Corio deliberately does something else than asyncio. */
export interface Better {
  /** The sentence on which the conformance ledger has the verdict "better". */
  readonly id: string;
  /** What Corio does instead, in words. */
  readonly why: string;
  /** Corio's own log. */
  readonly log: readonly string[];
}

export interface Program {
  /** The sentences that the program shows. */
  readonly sentences: readonly string[];
  readonly better?: Better;
  main(tools: Tools): Steps<unknown>;
}

/** Declares a program. */
export function program(declared: Program): Program {
  return declared;
}

/** Runs a program in virtual time and gives its log. */
export async function logOf(declared: Program, { fn, wait }: Dialect): Promise<string[]> {
  const lines: string[] = [];
  const log = (...values: unknown[]): void => {
    lines.push([String(loopTime()), ...values.map(word)].join(" "));
  };
  await simulate(
    fn(() => declared.main({ fn, wait, log })),
    { leaks: true, onReport: ({ error }) => void lines.push(`report ${word(error)}`) },
  );
  return lines;
}
