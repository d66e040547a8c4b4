// Byte for byte what GNU wc says.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startOurs, startTheirs, type Ended } from "./support/program.ts";

// Processes start slowly on a machine that has much to do.
vi.setConfig({ testTimeout: 120_000 });

let cwd = "";

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "corio-wc-"));
  const files: Record<string, string> = {
    empty: "",
    one: "a line\n",
    "no end": "two words",
    text: "  leading\n\n\ttabs\tand\rreturns\r\n\vvertical\fform\nlast words  ",
    unicode: "é ü\u00a0x\u2003y\u3000漢字 😀\nzwei\u202fdrei\n",
    long: "many words on one line, ".repeat(50_000),
    lines: Array.from({ length: 30_000 }, (_, i) => `line ${i}\n`).join(""),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  mkdirSync(join(cwd, "folder"));
  symlinkSync("one", join(cwd, "link"));
  symlinkSync("loop", join(cwd, "loop"));
});

afterAll(() => rmSync(cwd, { recursive: true }));

async function both(args: readonly string[], input?: string | Uint8Array): Promise<[Ended, Ended]> {
  const options = { cwd, ...(input === undefined ? { input: "" } : { input }) };
  return await Promise.all([startOurs(args, options).ended, startTheirs(args, options).ended]);
}

describe("says what GNU wc says", () => {
  const all = ["empty", "one", "no end", "text", "unicode", "long", "lines", "link"];
  for (const args of [
    all,
    ["-l", ...all],
    ["-w", ...all],
    ["-c", ...all],
    ["-m", ...all],
    ["-lm", ...all],
    ["-wcl", "one", "long"],
    ["--bytes", "--chars", "--lines", "--words", ...all],
    ["lines"],
    ["-l", "lines"],
    ["-c", "empty"],
    ["--", "one"],
  ]) {
    test(args.slice(0, 4).join(" "), async () => {
      const [ours, theirs] = await both(args);
      expect(ours).toEqual(theirs);
      expect(ours.code).toBe(0);
    });
  }

  test("of standard input, by itself and among others", async () => {
    const input = "from\nstandard input\n".repeat(1000);
    for (const args of [[], ["-"], ["-l"], ["one", "-", "text"], ["-w", "-"]]) {
      const [ours, theirs] = await both(args, input);
      expect(ours).toEqual(theirs);
    }
  });

  test("of 500 files", async () => {
    const names = Array.from({ length: 500 }, (_, i) => `many/${i}`);
    mkdirSync(join(cwd, "many"));
    names.forEach((name, i) => writeFileSync(join(cwd, name), "word ".repeat(i) + "\n".repeat(i % 7)));
    const [ours, theirs] = await both(names);
    expect(ours).toEqual(theirs);
  });
});

describe("what cannot be counted", () => {
  for (const args of [
    ["none"],
    ["none", "one", "none too"],
    ["folder", "one"],
    ["-c", "folder"],
    ["one/below"],
    ["loop"],
    ["-x", "one"],
    ["-lq"],
    ["--nonsense"],
  ]) {
    test(`${args.join(" ")}: the same words, and the rest is counted`, async () => {
      const [ours, theirs] = await both(args);
      expect(ours).toEqual(theirs);
      expect(ours.code).toBe(1);
    });
  }
});

test("--help", async () => {
  const ours = await startOurs(["--help"], { cwd, input: "" }).ended;
  expect(ours).toMatchObject({ code: 0, stderr: "" });
  expect(ours.stdout).toContain("wc [flags] [FILE ...]");
});

test("Ctrl-C ends it at once, whatever it waits for", async () => {
  const program = startOurs(["one", "-"], { cwd });
  // It counts what comes, and waits for more.
  program.process.stdin!.write("something\n");
  await new Promise<void>((resolve) => program.process.stdin!.write(Buffer.alloc(300_000), () => resolve()));
  program.process.kill("SIGINT");
  expect(await program.ended).toEqual({ code: 130, stdout: "", stderr: "" });
});
