// Threads and the end of the process; and threads in simulated time.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { simulate } from "@corio/testing";
import { call, loopTime, sleep } from "corio";
import { expect, test } from "vitest";
import { setDefaultExecutor, ThreadExecutor, toThread, type Executor } from "../../src/index.ts";
import { leavesNoThread } from "./support/threads.ts";

leavesNoThread();

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program to its end; `onOutput` sees what it has printed so far. */
async function program(
  name: string,
  onOutput: (output: string, pid: number) => void = () => {},
): Promise<Ended> {
  const path = new URL(`./fixtures/programs/${name}.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, ["--conditions=@corio/source", path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => onOutput((output += text), child.pid!));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

test("idle threads do not keep the process alive", async () => {
  expect(await program("left-open")).toEqual({ code: 0, output: "42 1\n" });
});

test("a call does", async () => {
  const { code, output } = await program("only-a-thread");
  expect(output).toBe("timed-out\ncounted [ 1, 2, 3 ]\nMap(1) { 'k' => Set(1) { 1 } }\n");
  expect(code).toBe(0);
});

test("what was abandoned does not hold the process up", async () => {
  expect(await program("abandons")).toEqual({ code: 0, output: "left\nover\n" });
});

test("a signal ends a thread that computes", async () => {
  let killed = false;
  const ended = await program("interrupted", (output, pid) => {
    if (killed || !output.includes("begun")) return;
    killed = true;
    process.kill(pid, "SIGINT");
  });
  expect(ended).toEqual({ code: 130, output: "begun\ncleaned up\n" });
});

test("what threads print is seen", async () => {
  expect(await program("talks")).toEqual({ code: 0, output: "from the thread\n" });
});

test("in simulated time there are no threads: calls go to an executor of the test's", async () => {
  const calls: unknown[] = [];
  const here: Executor = {
    submit: (fn, args) => {
      calls.push(args);
      return call(fn, ...args);
    },
    statistics: () => new ThreadExecutor({ scope: null }).statistics(),
    close: () => call(() => {}),
    abort: () => {},
  };
  const slowly = async (x: number): Promise<number> => {
    await sleep(3_600_000);
    return 2 * x;
  };
  await simulate(async () => {
    setDefaultExecutor(here);
    expect(await toThread(slowly, 4)).toBe(8);
    expect(loopTime()).toBe(3_600_000);
  });
  expect(calls).toEqual([[4]]);
});
