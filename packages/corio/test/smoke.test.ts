// The smoke suite that runs on every host (see tools/hosts.ts), here on node: with the host port for node, and with the one for
// browsers, in a process of its own, since one process has room for one copy of corio.

import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { checks, checksHere } from "./smoke/smoke.ts";
import { bundleForPage } from "./support/smoke-bundle.ts";

describe("the host port for node", () => {
  for (const check of checks) test(check.name, async () => void (await check.body()));

  test("every check can be asked here", () => {
    expect(checksHere).toEqual(checks);
    expect(checks.length).toBeGreaterThan(80);
  });
});

describe("the host port for browsers", () => {
  const lines: string[] = [];

  beforeAll(async () => {
    const file = fileURLToPath(new URL("../../../.cache/smoke/page.mjs", import.meta.url));
    mkdirSync(new URL(".", `file://${file}`), { recursive: true });
    writeFileSync(file, await bundleForPage());
    lines.push(...(await printedBy(file)));
  });

  for (const check of checks.filter(({ needs }) => needs === null)) {
    test(check.name, () => {
      expect(lines).toContain(`ok   ${check.name}`);
    });
  }

  test("nothing else failed, and nothing that needs node was asked", () => {
    expect(lines.filter((line) => line.startsWith("FAIL"))).toEqual([]);
    expect(lines.filter((line) => line.endsWith("(async functions)"))).toEqual([]);
    expect(lines.at(-1)).toBe(`${checks.filter(({ needs }) => needs === null).length} passed, 0 failed`);
  });
});

const pageEvents = fileURLToPath(new URL("support/page-events.ts", import.meta.url));

/** The lines that a module prints, run without the conditions of this repository. */
function printedBy(file: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", pageEvents, file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
    child.on("error", reject);
    child.on("close", () => resolve(text.trimEnd().split("\n")));
  });
}
