// The suite is judged by a stream that is right, and by ones that have one mistake each.

import { describe, expect, test } from "vitest";
import { simulate } from "@corio/testing";
import { checkStream, type StreamCheckOptions } from "@corio/testing/streams";
import { testStream } from "@corio/testing/vitest";
import { isClosed, isLost, LIMIT, type Mistake, mistakes, referencePair } from "./reference-pair.ts";

const options: StreamCheckOptions = {
  errors: { closed: isClosed, lost: isLost },
  capabilities: { limit: LIMIT, backpressure: 1_000_000 },
  // In virtual time: what hangs is found at once.
  run: (body) => simulate(body, { leaks: true }),
};

/** The checks that do not pass, with what they said. */
async function failed(mistake: Mistake | null, more: StreamCheckOptions = {}): Promise<Map<string, Error>> {
  const failures = new Map<string, Error>();
  for (const { name, run } of checkStream(() => referencePair(mistake), { ...options, ...more })) {
    await run().catch((error: unknown) => failures.set(name, error as Error));
  }
  return failures;
}

testStream("a stream as it should be", () => referencePair(), options);

testStream("the same with time running", () => referencePair(), { ...options, run: undefined as never });

describe("each mistake is found", () => {
  test.each(mistakes)(
    "%s",
    async (mistake) => {
      const failures = await failed(mistake);
      expect([...failures.keys()]).not.toEqual([]);
      // Not everything fails: the message is about the mistake.
      expect(failures.size).toBeLessThan(checkStream(() => referencePair(), options).length);
    },
    60_000,
  );
});

describe("checkStream", () => {
  test("leaves out what a stream says that it cannot do", () => {
    const names = (capabilities: StreamCheckOptions["capabilities"]): string[] =>
      checkStream(() => referencePair(), { capabilities: capabilities! }).map(({ name }) => name);
    const all = names({});
    expect(new Set(all).size).toBe(all.length);
    const oneWay = names({ bidirectional: false });
    expect(oneWay.some((name) => name.endsWith("(the other way)"))).toBe(false);
    expect(oneWay.some((name) => name.includes("both ways"))).toBe(false);
    expect(names({ lines: false }).join()).not.toMatch(/line|readUntil/);
    expect(names({ abort: false }).join()).not.toMatch(/abort/);
    expect(names({ backpressure: false }).join()).not.toMatch(/a write waits/);
    for (const capability of ["chunks", "readInto", "writeLines", "tryWrite"] as const) {
      expect(names({ [capability]: false }).join()).not.toContain(capability);
      expect(names({}).join()).toContain(capability);
    }
    expect(names({ writeLimits: false }).join()).not.toContain("memory of a write");
    expect(names({ halfClose: false }).join()).not.toContain("one direction ends");
    expect(names({ limit: 10 }).length).toBeGreaterThan(all.length);
  });

  test("says what every task waits for when a check is not over in time", async () => {
    const failures = await failed("close does not wake a read");
    const error = failures.get("a read that waits ends when its own end is closed");
    expect(error).toMatchObject({ name: "StreamCheckError", code: "ERR_STREAM_CHECK" });
    expect(error?.message).toMatch(/^The check was not over within 30000 ms:\n- [^]*reader: waiting for/);
  }, 60_000);

  test("says what is wrong", async () => {
    const messages = async (mistake: Mistake): Promise<string> =>
      [...(await failed(mistake)).values()].map(({ message }) => message).join("\n");
    expect(await messages("read gives too much")).toContain("read(3) gave 4 bytes");
    expect(await messages("no backpressure")).toContain("no write had to wait");
    expect(await messages("write after close is ignored")).toContain(
      "A write after close should have failed",
    );
    expect(await messages("two may read at once")).toContain("A second read at the same time is not refused");
  }, 60_000);

  test("passes what makes the pair fail on", async () => {
    const own = new Error("no pair");
    const [first] = checkStream(() => {
      throw own;
    });
    await expect(first!.run()).rejects.toBe(own);
  });

  test("wants the ends that a check needs", async () => {
    const [first] = checkStream(() => ({ near: {}, far: {} }));
    await expect(first!.run()).rejects.toThrow("This end of the pair has no writer");
  });
});
