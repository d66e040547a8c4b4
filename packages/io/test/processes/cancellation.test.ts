// Cancels programs that use processes at each of their waits in turn, and at random: no child, no grandchild, no descriptor is left.
import { writeFileSync } from "node:fs";
import { call, cancelScope, map, moveOnAfter, run, type Awaitable, type Coroutine } from "corio";
import { describe, expect, test } from "vitest";
import {
  createSubprocessExec,
  createSubprocessShell,
  PIPE,
  runProcess,
  STDOUT,
  type Process,
} from "../../src/index.ts";
import { cancelAtWait } from "../support/cancel-at-wait.ts";
import { children, descendants, leavesNothing } from "../support/left-behind.ts";
import { blocked, sh } from "../support/programs.ts";
import { Random } from "../support/random.ts";
import { temporaryPath } from "../support/temporary-path.ts";

leavesNothing();

/** Runs the program again and again, cancelled one wait later each time, until it gets through. Gives how often it was cancelled. */
async function cancelEverywhere(start: () => Awaitable<unknown>): Promise<number> {
  for (let n = 1; ; n++) {
    const { reached } = await run(() => call(cancelAtWait, n, start), { grace: 1 });
    expect(children()).toEqual([]);
    expect(descendants()).toEqual([]);
    if (!reached) return n - 1;
  }
}

const path = temporaryPath("file");
writeFileSync(path, "input\n");

function* conversation(): Coroutine<void> {
  const process = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
  yield* process.stdin!.write("hello\n");
  expect(String(yield* process.stdout!.readLine())).toBe("hello\n");
  process.stdin!.close();
  yield* process.stdin!.waitClosed();
  expect(yield* process.wait()).toBe(0);
}

describe("at each wait (P9)", () => {
  const programs: [what: string, start: () => Awaitable<unknown>][] = [
    ["a conversation", () => call(conversation)],
    [
      "files and one pipe for two",
      () =>
        call(function* () {
          const process = yield* createSubprocessExec("cat", [], {
            stdin: { path },
            stdout: PIPE,
            stderr: STDOUT,
          });
          yield* process.communicate();
        }),
    ],
    [
      "a pipeline",
      () =>
        call(function* () {
          const first = yield* createSubprocessExec("seq", ["3"], { stdout: PIPE });
          const second = yield* createSubprocessExec("tac", [], { stdin: first.stdout!, stdout: PIPE });
          yield* second.communicate();
        }),
    ],
    ["runProcess", () => runProcess("cat", [], { input: "x".repeat(500_000), stderr: STDOUT })],
    [
      "a group",
      () =>
        call(function* () {
          const process = yield* createSubprocessShell("sleep 3600 & echo up; wait", { stdout: PIPE });
          yield* process.stdout!.readLine();
          yield* process.close();
        }),
    ],
    [
      "the same in an async function",
      () =>
        call(async () => {
          const process = await createSubprocessShell("cat; sleep 3600 & exit", {
            stdin: PIPE,
            stdout: PIPE,
          });
          await process.communicate("x", { outputGrace: 20 });
        }),
    ],
  ];
  for (const [what, start] of programs) {
    test(what, async () => {
      expect(await cancelEverywhere(start)).toBeGreaterThan(0);
    });
  }
});

/** What a program of the random test does; it is cancelled somewhere in it, or not. */
const kinds: readonly ((random: Random) => Awaitable<unknown>)[] = [
  () => createSubprocessExec("true"),
  () => runProcess("true"),
  () => call(conversation),
  (random) => runProcess("cat", [], { input: "x".repeat(random.below(300_000)) }),
  () => finish(blocked()),
  () => finish(sh('trap "" TERM; exec sleep 3600', { grace: 5 })),
  () => finish(createSubprocessShell("sleep 3600 & sleep 3600")),
  () => finish(createSubprocessShell("sleep 3600 & exit 3", { stdout: PIPE, grace: 5 })),
  () =>
    finish(createSubprocessShell("echo a; echo b >&2", { stdin: { path }, stdout: PIPE, stderr: STDOUT })),
  () => runProcess("no-such-program", [], { stdin: { path } }),
];

function finish(start: Awaitable<Process>): Awaitable<unknown> {
  return call(function* () {
    const process = yield* start;
    if (process.stdout !== null) yield* process.communicate(null, { outputGrace: 5 });
    return yield* process.wait();
  });
}

describe("at random", () => {
  test("1,000 processes, twenty at a time: no zombie, no orphan, no descriptor (P8, P9)", async () => {
    const seed = Number(process.env["CORIO_SEED"] ?? 20_261);
    const random = new Random(seed);
    const ends = { finished: 0, cancelled: 0, failed: 0 };
    const one = async (): Promise<void> => {
      const start = random.pick(kinds);
      // Some get through, where they can.
      const after = random.below(3) === 0 ? 300 : random.below(12);
      try {
        const { cancelled } = await moveOnAfter(after, () => cancelScope(() => start(random)));
        ends[cancelled ? "cancelled" : "finished"]++;
      } catch (error) {
        expect(error).toMatchObject({ code: "ERR_PROGRAM_NOT_FOUND" });
        ends.failed++;
      }
    };
    await run(() => map(Array.from({ length: 1000 }), one, { concurrency: 20 }));
    const told = `seed ${seed}: ${JSON.stringify(ends)}`;
    expect(children(), told).toEqual([]);
    expect(descendants(), told).toEqual([]);
    for (const count of Object.values(ends)) expect(count, told).toBeGreaterThan(0);
  }, 300_000);
});
