import { execFileSync, spawn, type ChildProcess } from "node:child_process";
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
import {
  atomicFile,
  FileNotFoundError,
  IsADirectoryError,
  UnsupportedOperationError,
  writeAtomic,
  type BinaryFile,
} from "../src/index.ts";
import { processIdentity } from "../src/process-identity.ts";
import { temporaryName } from "../src/temporary-name.ts";
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

test("what fails is told of the file that was to be replaced, not of the temporary one", async () => {
  const target = path("missing/f");
  const failure = { code: "ENOENT", operation: "replace", path: target };
  await expect(run(() => writeAtomic(target, "x"))).rejects.toMatchObject(failure);
  await expect(run(() => atomicFile(target, (file) => file.write("x")))).rejects.toMatchObject(failure);
  await expect(run(() => writeAtomic(target, "x"))).rejects.toThrow(FileNotFoundError);
});

test("permissions are kept (files 5); a new file has those it is given", async () => {
  writeFileSync(path("f"), "old");
  chmodSync(path("f"), 0o751);
  await run(async () => {
    await writeAtomic(path("f"), "new");
    await writeAtomic(path("g"), "new", { permissions: 0o640 });
  });
  expect(statSync(path("f")).mode & 0o7777).toBe(0o751);
  expect(statSync(path("g")).mode & 0o7777 & ~0o022).toBe(0o640);
});

test("a symbolic link is followed or replaced, as asked (files 5); also one that leads nowhere yet", async () => {
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

test("what would be gone is refused: folders, pipes, devices", async () => {
  mkdirSync(path("d"));
  execFileSync("mkfifo", [path("pipe")]);
  symlinkSync("d", path("to-d"));
  await run(async () => {
    await expect(writeAtomic(path("d"), "x")).rejects.toThrow(IsADirectoryError);
    await expect(writeAtomic(path("to-d"), "x")).rejects.toThrow(IsADirectoryError);
    await expect(writeAtomic(path("pipe"), "x")).rejects.toThrow(UnsupportedOperationError);
    await expect(writeAtomic("/dev/null", "x")).rejects.toThrow(UnsupportedOperationError);
    let called = false;
    await expect(atomicFile(path("d"), () => (called = true))).rejects.toThrow(IsADirectoryError);
    expect(called).toBe(false);
  });
  expect(lstatSync(path("pipe")).isFIFO()).toBe(true);
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  expect(readdirSync(path(".")).sort()).toEqual(["d", "pipe", "to-d"]);
});

test("links that lead to links are followed to the end; those that lead in a circle are an error", async () => {
  mkdirSync(path("d"));
  symlinkSync("two", path("one"));
  symlinkSync("d/three", path("two"));
  symlinkSync("../real", path("d", "three"));
  symlinkSync("round", path("round"));
  await run(async () => {
    await writeAtomic(path("one"), "made");
    expect(lstatSync(path("real")).isFile()).toBe(true);
    await writeAtomic(path("one"), "new");
    await expect(writeAtomic(path("round"), "x")).rejects.toMatchObject({ code: "ELOOP" });
  });
  expect(readFileSync(path("real"), "utf8")).toBe("new");
  expect(["one", "two", "d/three"].every((name) => lstatSync(path(name)).isSymbolicLink())).toBe(true);
});

test("names may be as long as the system allows", async () => {
  await run(async () => {
    for (const name of ["x".repeat(255), "é".repeat(127), "😀".repeat(63), "漢".repeat(85)]) {
      await writeAtomic(path(name), "content", { durable: false });
      expect(readFileSync(path(name), "utf8")).toBe("content");
    }
  });
});

const writer = fileURLToPath(new URL("support/atomic-writer.ts", import.meta.url));

function startWriter(...args: string[]): ChildProcess {
  return spawn(process.execPath, ["--conditions=@corio/source", writer, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Runs rounds, two at a time, until one says that it was the last. */
async function rounds(count: number, round: (i: number) => Promise<boolean>): Promise<number> {
  let next = 0;
  let last = count;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < last; i = next++) if (await round(i)) last = Math.min(last, i);
  };
  await Promise.all([worker(), worker()]);
  return last;
}

const old = "0\n".repeat(100_000);

describe("killed at any moment (files 5)", () => {
  for (const when of ["before", "after"]) {
    test(
      `right ${when} each call of the system, the file is the old or the new one, whole`,
      { timeout: 240_000 },
      async () => {
        const seen = new Set<string>();
        const calls = await rounds(100, async (i) => {
          const target = path(`${i}`, "f");
          mkdirSync(path(`${i}`));
          writeFileSync(target, old);
          chmodSync(target, 0o604);
          const child = startWriter(target, String(i + 1), when);
          const chunks = await child.stdout!.toArray();
          const content = readFileSync(target, "utf8");
          expect([old, old.replaceAll("0", "1")]).toContain(content);
          expect(statSync(target).mode & 0o777).toBe(0o604);
          seen.add(content.slice(0, 1));
          return chunks.join("") === "done\n";
        });
        // Calls of its own: the file's, the folder's, the temporary one's.
        expect(calls).toBeGreaterThan(10);
        expect([...seen].sort()).toEqual(["0", "1"]);
      },
    );
  }

  test(
    "at 60 random moments too; what is left over goes with the next write",
    { timeout: 240_000 },
    async () => {
      const random = new Random(1);
      let leftovers = 0;
      await rounds(60, async (i) => {
        mkdirSync(path(`${i}`));
        const target = path(`${i}`, "f");
        writeFileSync(target, old);
        const least = 1 + random.below(3);
        const child = startWriter(target);
        const delay = random.below(15);
        await new Promise<void>((resolve, reject) => {
          let said = 0;
          child.stdout!.on("data", (chunk: Buffer) => {
            const before = said;
            said += chunk.toString().split("\n").length - 1;
            if (before < least && said >= least) setTimeout(() => child.kill("SIGKILL"), delay);
          });
          child.on("exit", (code, signal) => {
            if (signal === "SIGKILL") resolve();
            else reject(new Error(`the writer ended by itself: ${code}`));
          });
        });
        const content = readFileSync(target, "utf8");
        const version = content.slice(0, content.indexOf("\n") + 1);
        expect(content === version.repeat(100_000)).toBe(true);
        // The writer says it when it has begun, and after each version.
        expect(Number(version)).toBeGreaterThanOrEqual(least - 1);
        const names = readdirSync(path(`${i}`));
        leftovers += names.length - 1;
        expect(names.every((name) => name === "f" || /^\.f\.corio-.*\.tmp$/.test(name))).toBe(true);
        await run(() => writeAtomic(path(`${i}`, "other"), "", { durable: false }));
        expect(readdirSync(path(`${i}`)).sort()).toEqual(["f", "other"]);
        return false;
      });
      expect(leftovers).toBeGreaterThan(0);
    },
  );

  test("what others are writing stays: other processes that run, other machines", async () => {
    const names = [
      // This very process.
      temporaryName("f"),
      // One that runs, here; and one that has the number of a process that runs, and began at another time.
      temporaryName("f").replace(processIdentity(), `1-${"0"}-0123456789`),
      ".f.tmp",
      ".f.corio-x.tmp",
    ];
    const dead = temporaryName("f").replace(/corio-[0-9a-z]+-[0-9a-z]+-/, "corio-1-zzzzzz-");
    for (const name of [...names, dead]) writeFileSync(path(name), "");
    await run(() => writeAtomic(path("g"), "x", { durable: false }));
    expect(readdirSync(path(".")).sort()).toEqual([...names, "g"].sort());
  });
});
