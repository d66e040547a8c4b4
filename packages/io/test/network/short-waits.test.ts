// Short waits, on a clock and turns made by hand; over real sockets only that they happen.
import { run } from "corio";
import { expect, test, vi } from "vitest";
import { openConnection, startServer } from "../../src/index.ts";
import { shortWaits, ShortWaits } from "../../src/network/short-waits.ts";
import { readsAreDirect } from "../support/direct.ts";
import { leavesNothing } from "../support/left-behind.ts";
import { Random } from "../support/random.ts";

leavesNothing();

/** A loop with one thing in it. */
class Loop {
  time = 0;
  turns = 0;
  readonly waits: ShortWaits;
  #next: (() => void) | null = null;

  constructor() {
    this.waits = new ShortWaits({
      now: () => this.time,
      queueTurn: (callback) => {
        expect(this.#next).toBeNull();
        this.#next = callback;
      },
    });
  }

  /** Whether it would sleep now. */
  get sleeps(): boolean {
    return this.#next === null;
  }

  /** One turn, of so many microseconds. */
  turn(microseconds: number): void {
    const callback = this.#next;
    this.#next = null;
    this.turns++;
    this.time += microseconds / 1000;
    callback?.();
  }

  /** A question, and its answer after so many microseconds; gives how many turns passed awake. */
  ask(microseconds: number): number {
    const { turns } = this;
    this.waits.sent();
    const end = this.time + microseconds / 1000;
    while (!this.sleeps && this.time < end) this.turn(5);
    this.time = Math.max(this.time, end);
    this.waits.came();
    // What was asked for before the answer came.
    if (!this.sleeps) this.turn(5);
    return this.turns - turns;
  }
}

test("where answers are near, it stays awake for the next ones", () => {
  const loop = new Loop();
  expect(loop.ask(80)).toBe(0);
  expect(loop.waits.stays).toBe(true);
  for (let i = 0; i < 100; i++) expect(loop.ask(20)).toBeGreaterThan(0);
  expect(loop.sleeps).toBe(true);
});

test("where they are far, it never does", () => {
  const loop = new Loop();
  for (let i = 0; i < 100; i++) expect(loop.ask(1000)).toBe(0);
  // What comes unasked says nothing.
  loop.waits.came();
  expect(loop.waits.stays).toBe(false);
});

test("it gives up after some that were not near, and each time for longer", () => {
  const loop = new Loop();
  const sleptFor: number[] = [];
  for (let times = 0; times < 5; times++) {
    let slept = 0;
    while (!loop.waits.stays) {
      loop.ask(100);
      slept++;
    }
    sleptFor.push(slept);
    let awake = 0;
    while (loop.waits.stays) {
      // No answer costs more than a tenth of a millisecond awake.
      expect(loop.ask(500)).toBeLessThanOrEqual(21);
      awake++;
    }
    expect(awake).toBe(8);
  }
  expect(sleptFor).toEqual([1, 2, 3, 5, 9]);
});

test("what went wrong is forgotten after many that were near", () => {
  const loop = new Loop();
  const give = (): void => {
    while (!loop.waits.stays) loop.ask(100);
    while (loop.waits.stays) loop.ask(500);
  };
  for (let times = 0; times < 6; times++) give();
  while (!loop.waits.stays) loop.ask(100);
  for (let i = 0; i < 256; i++) loop.ask(20);
  while (loop.waits.stays) loop.ask(500);
  let slept = 0;
  for (; !loop.waits.stays; slept++) loop.ask(100);
  expect(slept).toBe(2);
});

test("whatever comes and goes, it asks for one turn at a time and sleeps soon after the last question (1000 seeds)", () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const random = new Random(seed);
    const loop = new Loop();
    for (let i = 0; i < 200; i++) {
      const what = random.below(4);
      if (what === 0) loop.waits.sent();
      else if (what === 1) loop.waits.came();
      else if (!loop.sleeps) loop.turn(random.below(80));
      else loop.time += random.below(300) / 1000;
    }
    for (let turns = 0; !loop.sleeps; turns++) {
      expect(turns, `seed ${seed}`).toBeLessThan(22);
      loop.turn(5);
    }
  }
});

test("the questions and answers of real connections are noted", async () => {
  const sent = vi.spyOn(shortWaits, "sent");
  const came = vi.spyOn(shortWaits, "came");
  try {
    await run(function* () {
      const server = yield* startServer(
        function* ({ reader, writer }) {
          for (let i = 0; i < 10; i++) yield* writer.write(yield* reader.readExactly(4));
        },
        { host: "127.0.0.1", port: 0 },
      );
      const { reader, writer } = yield* openConnection("127.0.0.1", server.port);
      for (let i = 0; i < 10; i++) {
        yield* writer.write("ping");
        expect(String(yield* reader.readExactly(4))).toBe("ping");
      }
      server.close();
    });
    const counts = [sent.mock.calls.length, came.mock.calls.length];
    expect(counts).toEqual(readsAreDirect ? [20, 20] : [0, 0]);
  } finally {
    vi.restoreAllMocks();
  }
});
