// The lock between processes, also when they are killed while they hold it or wait for it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { run, toPromise } from "corio";
import { afterEach, expect, test } from "vitest";
import { lock } from "../../src/index.ts";
import { Random } from "../support/random.ts";
import { tempFolder } from "../support/temp-folder.ts";

const path = tempFolder();
const user = fileURLToPath(new URL("../support/lock-user.ts", import.meta.url));

class User {
  readonly child: ChildProcess;
  readonly said: string[] = [];
  readonly ended: Promise<unknown>;
  readonly #lines: Interface;
  #heard: () => void = () => {};

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, ["--conditions=@corio/source", user, ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.ended = once(this.child, "close");
    this.#lines = createInterface(this.child.stdout!);
    this.#lines.on("line", (line) => {
      this.said.push(line);
      this.#heard();
    });
  }

  /** Waits until it has said something so many times. */
  async says(text: string, times = 1): Promise<void> {
    while (this.said.filter((line) => line === text).length < times) {
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  letGo(): void {
    this.child.stdin!.write("\n");
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

const users: User[] = [];

function start(...args: string[]): User {
  const one = new User(...args);
  users.push(one);
  return one;
}

afterEach(async () => {
  for (const one of users.splice(0)) await one.kill();
});

/** Whether it is to be had now. */
async function tryNow(shared: boolean): Promise<boolean> {
  return await run(async () => (await lock(path("f"), { shared }).tryAcquire()) !== null);
}

test("one process at a time", { timeout: 60_000 }, async () => {
  const holder = start("hold", path("f"));
  await holder.says("holds");
  const next = start("hold", path("f"));
  await next.says("wants");
  expect(await tryNow(false)).toBe(false);
  expect(await tryNow(true)).toBe(false);
  holder.letGo();
  await next.says("holds");
  expect(holder.said).toContain("lets go");
  next.letGo();
  await next.ended;
  await holder.ended;
  expect(await tryNow(false)).toBe(true);
  expect(readdirSync(path("."))).toEqual([]);
});

test("readers of several processes share it", { timeout: 60_000 }, async () => {
  const readers = [start("hold", path("f"), "shared"), start("hold", path("f"), "shared")];
  for (const reader of readers) await reader.says("holds");
  expect(await tryNow(true)).toBe(true);
  expect(await tryNow(false)).toBe(false);
  for (const reader of readers) reader.letGo();
  for (const reader of readers) await reader.ended;
  expect(await tryNow(false)).toBe(true);
});

test("a holder that is killed loses it at once, and who waits gets it", { timeout: 60_000 }, async () => {
  const holder = start("hold", path("f"));
  await holder.says("holds");
  await run(async () => {
    const mine = toPromise(lock(path("f")));
    while (readdirSync(path("f.lock")).length < 2) await new Promise((resolve) => setImmediate(resolve));
    holder.child.kill("SIGKILL");
    await (await mine).release();
  });
  await holder.ended;
  expect(existsSync(path("f.lock"))).toBe(false);
});

test(
  "one that was killed before anybody asked is passed over, and its ticket removed",
  { timeout: 60_000 },
  async () => {
    for (const shared of ["shared", ""]) {
      const holder = start("hold", path("f"), shared);
      await holder.says("holds");
      await holder.kill();
      expect(readdirSync(path("f.lock"))).toHaveLength(1);
    }
    expect(await tryNow(false)).toBe(true);
    expect(readdirSync(path("."))).toEqual([]);
  },
);

test("one that is killed while it waits holds nobody up", { timeout: 60_000 }, async () => {
  const holder = start("hold", path("f"));
  await holder.says("holds");
  const waiting = start("hold", path("f"));
  const last = start("hold", path("f"));
  await waiting.says("wants");
  await last.says("wants");
  while (readdirSync(path("f.lock")).length < 3) await new Promise((resolve) => setImmediate(resolve));
  await waiting.kill();
  holder.letGo();
  await last.says("holds");
});

test("one that is merely stopped keeps it", { timeout: 60_000 }, async () => {
  const holder = start("hold", path("f"));
  await holder.says("holds");
  holder.child.kill("SIGSTOP");
  for (let i = 0; i < 3; i++) expect(await tryNow(false)).toBe(false);
  holder.child.kill("SIGCONT");
  holder.letGo();
  await holder.ended;
  expect(await tryNow(false)).toBe(true);
});

test("nothing is lost between processes that count", { timeout: 120_000 }, async () => {
  const counters = Array.from({ length: 4 }, () => start("count", path("f"), "60"));
  for (const counter of counters) await counter.ended;
  expect(counters.map((counter) => counter.said)).toEqual(Array.from({ length: 4 }, () => ["counted"]));
  expect(readFileSync(path("f"), "utf8")).toBe("240");
  expect(readdirSync(path("."))).toEqual(["f"]);
});

test(
  "nor when they are killed at any moment: no two meet, and the lock goes on",
  { timeout: 240_000 },
  async () => {
    const random = new Random(11);
    const stayers = Array.from({ length: 3 }, () => start("stay", path("f")));
    for (const stayer of stayers) await stayer.says("stayed");
    for (let round = 0; round < 12; round++) {
      const i = random.below(3);
      const victim = stayers[i]!;
      // After some more stays of another one, so that it is anywhere.
      const other = stayers[(i + 1) % 3]!;
      await other.says("stayed", other.said.length + 1 + random.below(6));
      await victim.kill();
      expect(victim.said.filter((line) => line !== "stayed")).toEqual([]);
      stayers[i] = start("stay", path("f"));
      await stayers[i].says("stayed");
    }
    for (const stayer of stayers) {
      await stayer.kill();
      expect(stayer.said.filter((line) => line !== "stayed")).toEqual([]);
    }
    expect(await tryNow(false)).toBe(true);
    expect(existsSync(path("f.lock"))).toBe(false);
  },
);
