// The standard streams of real processes: pipes, files, a terminal, and other sides that stay silent or go.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();
const program = fileURLToPath(new URL("support/standard-program.ts", import.meta.url));
const command = (name: string): string[] => ["--conditions=@corio/source", program, name];

type Stdio = "pipe" | "inherit" | number;

function start(name: string, stdio: [Stdio, Stdio, Stdio] = ["pipe", "pipe", "pipe"]): ChildProcess {
  return spawn(process.execPath, command(name), { stdio });
}

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let out = "";
  let error = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (error += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, error }));
  });
}

const text = Array.from({ length: 3000 }, (_, i) => `line ${i} é\n`).join("") + "no end";

describe("standard input and output", () => {
  test.each(["capitals", "coroutine"])("lines through pipes: %s", async (name) => {
    const child = start(name);
    child.stdin?.end(text);
    expect(await outcomeOf(child)).toEqual({ code: 0, out: text.toUpperCase(), error: "" });
  });

  test("bytes, from a file into a file", async () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 256));
    writeFileSync(path("in"), bytes);
    const [from, to] = [openSync(path("in"), "r"), openSync(path("out"), "w")];
    const outcome = await outcomeOf(start("bytes", [from, to, "pipe"]));
    closeSync(from);
    closeSync(to);
    expect(outcome).toMatchObject({ code: 0, error: "" });
    expect(readFileSync(path("out")).equals(Buffer.from(bytes).reverse())).toBe(true);
  });

  test("characters that come in pieces are not torn", async () => {
    const child = start("pieces");
    const outcome = outcomeOf(child);
    const bytes = Buffer.from("é€😀".repeat(300));
    for (let at = 0; at < bytes.length; at += 7)
      await new Promise((resolve) => child.stdin?.write(bytes.subarray(at, at + 7), resolve));
    child.stdin?.end();
    expect(await outcome).toEqual({ code: 0, out: "1200", error: "" });
  });

  test("what nobody waits for is left to a program that is started on the same input", async () => {
    const child = start("lends");
    let out = "";
    const said = (word: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (out.includes(word)) resolve();
        };
        child.stdout?.on("data", look);
        look();
      });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.stdin?.write("one\n");
    await said("first one\n");
    await new Promise((resolve) => child.stdin?.write("two\n", resolve));
    child.kill("SIGUSR2");
    await said("other two\n");
    child.stdin?.write("three\n");
    expect(await ended).toBe(0);
    expect(out).toBe("first one\nother two\nlast three\n");
  });

  test("what is written stands in order with console.log, also in a file", async () => {
    const expected = Array.from({ length: 50 }, (_, i) => `console ${i}\nfile ${i}\n`).join("");
    expect((await outcomeOf(start("order"))).out).toBe(expected);
    const to = openSync(path("out"), "w");
    await outcomeOf(start("order", ["pipe", to, "pipe"]));
    closeSync(to);
    expect(readFileSync(path("out"), "utf8")).toBe(expected);
  });

  test("a reader that takes its time gets all of it", async () => {
    const child = start("much");
    let size = 0;
    let paused = 0;
    child.stdout?.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (paused++ % 5 !== 0) return;
      child.stdout?.pause();
      setImmediate(() => child.stdout?.resume());
    });
    let error = "";
    child.stderr?.on("data", (chunk: Buffer) => (error += chunk.toString()));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, size, error }).toEqual({ code: 0, size: 2_000_000, error: "all\n" });
  });

  test("a read that is given up leaves nothing: the process ends while its input stays open", async () => {
    const child = start("patience");
    const outcome = await outcomeOf(child);
    expect(outcome).toEqual({ code: 0, out: "ready\ngave up 0 0\n", error: "" });
    child.stdin?.destroy();
  });

  test("a reader that goes is an error that says so", async () => {
    const child = start("gone");
    child.stdout?.once("data", () => child.stdout?.destroy());
    const outcome = await outcomeOf(child);
    expect(outcome).toMatchObject({ code: 0, error: "EPIPE write <stdout>" });
  });

  test("they are nobody's to close; standard error shows what has no place in it", async () => {
    expect(await outcomeOf(start("close"))).toEqual({
      code: 0,
      out: "one\ntwo\n",
      error: "false <stdout> r \\ud800",
    });
  });

  test("a file over the descriptor gathers", async () => {
    const { out } = await outcomeOf(start("gathered"));
    expect(out).toBe(`${Array.from({ length: 1000 }, (_, i) => `${i}\n`).join("")}end\n`);
  });
});

const canMakeTerminal = ((): boolean => {
  try {
    return execFileSync("script", ["-qec", "echo terminal", "/dev/null"], {
      stdio: ["ignore", "pipe", "ignore"],
    })
      .toString()
      .includes("terminal");
  } catch {
    return false;
  }
})();

test.skipIf(!canMakeTerminal)("a terminal is known as one, and read by line", async () => {
  const line = [process.execPath, ...command("tty")].map((part) => `'${part}'`).join(" ");
  const child = spawn("script", ["-qec", line, "/dev/null"], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdout.once("data", () => child.stdin.write("typed\n"));
  const { out } = await outcomeOf(child);
  expect(out.replaceAll("\r", "")).toContain("true true true\n");
  expect(out).toContain(`read ${JSON.stringify("typed\n")}`);
  expect(out).toContain("terminal true false");
});
