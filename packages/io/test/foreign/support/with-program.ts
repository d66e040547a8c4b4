// Tests with a program that may not be there: then they say so in their titles.
import { spawnSync } from "node:child_process";
import { cancelScope, run, type Report } from "corio";
import { expect, test } from "vitest";
import { dialects, type Dialect } from "../../support/dialects.ts";

type Steps<T> = Generator<unknown, T, unknown>;

/** A program of somebody else's. */
export interface Program {
  /** As it is called. */
  readonly command: string;
  /** Why it cannot be tried; null when it can. */
  readonly absent: string | null;
}

/** Looks for a program: one that is started in this way must say what the pattern wants. */
export function lookFor(command: string, args: readonly string[], wanted: RegExp): Program {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", timeout: 20_000 });
  if (error !== undefined) return { command, absent: `there is no ${command}` };
  const fits = wanted.test(stdout) || wanted.test(stderr);
  return { command, absent: fits ? null : `this ${command} is another one` };
}

/** The test in both dialects, where the program is there. */
export function withProgram(
  program: Program,
  sentence: string,
  body: (dialect: Dialect) => Steps<unknown>,
): void {
  const { absent } = program;
  for (const dialect of dialects) {
    const title = `${sentence} (${dialect.name})${absent === null ? "" : `: not run, ${absent}`}`;
    test.runIf(absent === null)(title, async () => {
      const reports: Report[] = [];
      // In a scope of its own, in which all is ended in the reverse order: the program, then the server that it talks to.
      await run(() => cancelScope(dialect.fn(() => body(dialect))), {
        onReport: (report) => void reports.push(report),
      });
      expect(reports.map((report) => report.message)).toEqual([]);
    });
  }
}
