// The adapters, as users run them: a test runner in a process of its own.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { corioTest, it as sameTest, test as alsoTheSame } from "@corio/testing/vitest";
import { sleep } from "corio";

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

function outputOf(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const own = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_|TEST)/.test(name)),
    );
    const child = spawn(process.execPath, args, {
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
      env: { ...own, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (data: string) => (text += data));
    child.stderr.setEncoding("utf8").on("data", (data: string) => (text += data));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text }));
  });
}

const note =
  /the order matters\n+\s*Found in run \d+ of 50 \(seed (\d+), .*\)\.\n\s*The same run again: CORIO_SEED=\1\n\s*The smallest schedule that fails: CORIO_REPLAY=\1\/\d+:1\n\s*at choice \d+: two ran before one/;

const vitest = [
  fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url)),
  "run",
  "--config",
  fixture("vitest.config.ts"),
];

describe("the adapter for vitest", () => {
  test("runs both dialects in simulations, and prints the seed and the schedule of a failure", async () => {
    const { code, text } = await outputOf(vitest);
    expect(code).toBe(1);
    expect(text).toMatch(/2 failed \| 2 passed \| 1 skipped \| 1 todo/);
    expect(text).toMatch(note);
    expect(text).toContain("- task left over, waiting for sleep for ever");
    // The place in the program.
    expect(text).toMatch(/adapter\.ts:\d+:\d+/);

    const [, seed] = note.exec(text) as unknown as [string, string];
    const again = await outputOf([...vitest, "-t", "fails under some seed"], { CORIO_SEED: seed });
    expect(again.text).toContain(`Found in run 1 of 1 (seed ${seed}`);
  }, 60_000);

  test("is known by the names that vitest uses", () => {
    expect(sameTest).toBe(corioTest);
    expect(alsoTheSame).toBe(corioTest);
  });

  corioTest("serves in this very file", function* () {
    yield* sleep(1000);
  });
});

describe("the adapter for node's test runner", () => {
  test("runs the same", async () => {
    const { code, text } = await outputOf([
      "--conditions=@corio/source",
      "--test",
      "--test-reporter=tap",
      fixture("node.ts"),
    ]);
    expect(code).toBe(1);
    expect(text).toMatch(/# pass 2\n# fail 2\n# cancelled 0\n# skipped 1\n# todo 1/);
    expect(text).toMatch(note);
  }, 60_000);

  test("declares the checks of a stream", async () => {
    const { code, text } = await outputOf([
      "--conditions=@corio/source",
      "--test",
      "--test-reporter=tap",
      fixture("node-streams.ts"),
    ]);
    expect(code).toBe(1);
    expect(text).toMatch(/ok 1 - what is written arrives, in order\n/);
    expect(text).toMatch(/^ok 1 - right$/m);
    expect(text).toMatch(/^not ok 2 - wrong$/m);
    expect(text).toContain("read(3) gave 4 bytes");
  }, 60_000);
});
