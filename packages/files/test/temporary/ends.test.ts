// Whatever ends the scope or the process, temporary files are gone; but for a kill that nobody can see coming.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { tempFolder } from "../support/temp-folder.ts";

const path = tempFolder();
const maker = fileURLToPath(new URL("../support/temporary-maker.ts", import.meta.url));

interface Ended {
  /** Paths of the three that have names. */
  readonly made: readonly string[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs the maker in a folder of its own, and sends it one signal after each line it says. */
async function runMaker(end: string, ...signals: NodeJS.Signals[]): Promise<Ended> {
  const child = spawn(process.execPath, ["--conditions=@corio/source", maker, end], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, TMPDIR: path(".") },
  });
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  let made: string[] | undefined;
  for await (const line of createInterface(child.stdout)) {
    made ??= JSON.parse(line) as string[];
    const signal = signals.shift();
    if (signal !== undefined) child.kill(signal);
  }
  const [code, signal] = await ended;
  return { made: made ?? [], code, signal };
}

describe("nothing is left", () => {
  for (const [end, code, ...signals] of [
    ["return", 0],
    ["failure", 1],
    ["exit", 7],
    ["exception", 1],
    ["wait", 143, "SIGTERM"],
    ["wait", 130, "SIGINT"],
    ["ignores", 143, "SIGTERM", "SIGTERM"],
  ] as [string, number, ...NodeJS.Signals[]][]) {
    test(`${end} ${signals.join(" ")}`, { timeout: 60_000 }, async () => {
      const ended = await runMaker(end, ...signals);
      expect(ended.made).toHaveLength(3);
      expect(ended.made.every((name) => name.startsWith(path(".")))).toBe(true);
      expect(ended.code).toBe(code);
      expect(readdirSync(path("."))).toEqual([]);
    });
  }
});

test("killed outright, what has a name is left, and nothing else", { timeout: 60_000 }, async () => {
  const ended = await runMaker("wait", "SIGKILL");
  expect(ended.signal).toBe("SIGKILL");
  expect(ended.made.every((name) => existsSync(name))).toBe(true);
  expect(
    readdirSync(path("."))
      .map((name) => path(name))
      .sort(),
  ).toEqual([...ended.made].sort());
});
