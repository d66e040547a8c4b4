import { spawn } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "corio";
import { describe, expect, test } from "vitest";
import { atomicFile, FileNotFoundError, writeAtomic, type BinaryFile } from "../src/index.ts";
import { Random } from "./support/random.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

test("all that can be written: text, bytes, pieces, pieces that come later", async () => {
  async function* later(): AsyncGenerator<string | Uint8Array> {
    yield "a";
    await Promise.resolve();
    yield Buffer.from("b");
  }
  await run(async () => {
    for (const [data, expected] of [
      ["é", "é"],
      [Buffer.from("xyz"), "xyz"],
      [["1", Buffer.from("2"), "3"], "123"],
      [new Set(["x", "y"]), "xy"],
      [later(), "ab"],
      [[], ""],
    ] as const) {
      await writeAtomic(path("f"), data);
      expect(readFileSync(path("f"), "utf8")).toBe(expected);
    }
    await writeAtomic(path("f"), ["a", "b"], { encoding: "utf-8-sig", durable: false });
    expect(readFileSync(path("f"), "utf8")).toBe("\uFEFFab");
  });
  expect(readdirSync(path("."))).toEqual(["f"]);
});

test("a failure leaves the old content and no temporary file", async () => {
  writeFileSync(path("f"), "old");
  await run(async () => {
    await expect(
      writeAtomic(
        path("f"),
        (function* () {
          yield "new".repeat(100_000);
          throw new Error("mine");
        })(),
      ),
    ).rejects.toThrow("mine");
    await expect(
      atomicFile(path("f"), async (file) => {
        await file.write("new");
        throw new Error("mine too");
      }),
    ).rejects.toThrow("mine too");
    await expect(writeAtomic(path("none", "f"), "x")).rejects.toThrow(FileNotFoundError);
  });
  expect(readFileSync(path("f"), "utf8")).toBe("old");
  expect(readdirSync(path("."))).toEqual(["f"]);
});

test("permissions are kept; a new file has those it is given", async () => {
  writeFileSync(path("f"), "old");
  chmodSync(path("f"), 0o751);
  await run(async () => {
    await writeAtomic(path("f"), "new");
    await writeAtomic(path("g"), "new", { permissions: 0o640 });
  });
  expect(statSync(path("f")).mode & 0o7777).toBe(0o751);
  expect(statSync(path("g")).mode & 0o7777 & ~0o022).toBe(0o640);
});

test("a symbolic link is followed or replaced, as asked; also one that leads nowhere yet", async () => {
  mkdirSync(path("d"));
  writeFileSync(path("d", "real"), "old");
  symlinkSync("d/real", path("link"));
  symlinkSync("d/absent", path("dangling"));
  await run(async () => {
    await writeAtomic(path("link"), "new");
    expect(lstatSync(path("link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(path("d", "real"), "utf8")).toBe("new");
    await writeAtomic(path("dangling"), "made");
    expect(readFileSync(path("d", "absent"), "utf8")).toBe("made");
    await writeAtomic(path("link"), "own", { followSymlinks: false });
    expect(lstatSync(path("link")).isFile()).toBe(true);
    expect(readFileSync(path("d", "real"), "utf8")).toBe("new");
  });
});

test("the block form gives a file to write, text or binary, and the body's value", async () => {
  await run(function* () {
    const value = yield* atomicFile(path("f"), function* (file) {
      yield* file.writeLines(["a\n", "b\n"]);
      expect(readdirSync(path(".")).every((name) => name.startsWith("."))).toBe(true);
      return 42;
    });
    expect(value).toBe(42);
    const body = (file: BinaryFile): ReturnType<BinaryFile["write"]> => file.write(Buffer.from([1, 2]));
    expect(yield* atomicFile(path("g"), body, { mode: "wb" })).toBe(2);
  });
  expect(readFileSync(path("f"), "utf8")).toBe("a\nb\n");
  expect([...readFileSync(path("g"))]).toEqual([1, 2]);
});

describe("killed at any moment", () => {
  const writer = fileURLToPath(new URL("support/atomic-writer.ts", import.meta.url));

  /** Starts the writer and kills it at some moment after it has said `versions` times that a version is there. */
  async function killedWriter(target: string, versions: number, delay: number): Promise<void> {
    const child = spawn(process.execPath, ["--conditions=@corio/source", writer, target], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((resolve, reject) => {
      let said = 0;
      child.on("error", reject);
      child.stdout.on("data", (chunk: Buffer) => {
        const before = said;
        said += chunk.toString().split("\n").length - 1;
        if (before < versions && said >= versions) setTimeout(() => child.kill("SIGKILL"), delay);
      });
      child.on("exit", (code, signal) => {
        if (signal === "SIGKILL") resolve();
        else reject(new Error(`the writer ended by itself: ${code}`));
      });
    });
  }

  test("the file is the old or the new one, whole, in 100 rounds", { timeout: 180_000 }, async () => {
    const random = new Random(1);
    const round = async (i: number): Promise<void> => {
      const target = path(`f${i}`);
      writeFileSync(target, "0\n".repeat(100_000));
      const least = 1 + random.below(4);
      await killedWriter(target, least, random.below(20));
      const content = readFileSync(target, "utf8");
      const version = content.slice(0, content.indexOf("\n") + 1);
      expect(content === version.repeat(100_000)).toBe(true);
      // The writer says it when it has begun, and after each version.
      expect(Number(version)).toBeGreaterThanOrEqual(least - 1);
    };
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < 100) await round(next++);
    };
    await Promise.all([worker(), worker()]);
  });
});
