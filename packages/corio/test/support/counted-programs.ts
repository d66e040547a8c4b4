// Fixed programs whose cost is counted in steps, pumps and turns of the loop, not in time: what ../counts.test.ts holds, and
// benchmarks/runtime/counts.ts prints. They are the benchmarks of benchmarks/runtime, small, in both dialects.

import { checkpoint, Lock, map, Queue, Semaphore, sleep, taskGroup } from "corio";
import { simulate } from "@corio/testing";
import { type Dialect, dialects } from "./dialects.ts";
import { loopHere } from "./kernel.ts";

export interface Counts {
  readonly steps: number;
  readonly pumps: number;
  readonly turns: number;
}

/** By program, then by dialect. */
export type CountTable = Readonly<Record<string, Readonly<Record<string, Counts>>>>;

type Program = (dialect: Dialect, n: number) => Generator<unknown, unknown, unknown>;

/** How often each program does its one thing. */
const N = 1000;

const spawnAndJoin: Program = function* ({ fn, wait }, n) {
  const child = fn(function* (i: number) {
    return i;
  });
  yield* wait(
    taskGroup(
      fn(function* (group) {
        const tasks = [];
        for (let i = 0; i < n; i++) tasks.push(group.spawn(child, i));
        for (const task of tasks) yield* wait(task.join());
      }),
    ),
  );
};

const spawnYieldJoin: Program = function* ({ fn, wait }, n) {
  const child = fn(function* () {
    yield* wait(checkpoint());
  });
  yield* wait(
    taskGroup(
      fn(function* (group) {
        for (let i = 0; i < n; i++) group.spawn(child);
      }),
    ),
  );
};

const pingPong: Program = function* ({ fn, wait }, n) {
  const there = new Queue<number>(Infinity);
  const back = new Queue<number>(Infinity);
  yield* wait(
    taskGroup(
      fn(function* (group) {
        group.spawn(
          fn(function* () {
            for (let i = 0; i < n / 2; i++) {
              there.putNowait(i);
              yield* wait(back.get());
            }
          }),
        );
        group.spawn(
          fn(function* () {
            for (let i = 0; i < n / 2; i++) back.putNowait(yield* wait(there.get()));
          }),
        );
      }),
    ),
  );
};

const sleepers: Program = function* ({ fn, wait }, n) {
  const child = fn(function* () {
    yield* wait(sleep(10));
  });
  yield* wait(
    taskGroup(
      fn(function* (group) {
        for (let i = 0; i < n; i++) group.spawn(child);
      }),
    ),
  );
};

const cancelSleepers: Program = function* ({ fn, wait }, n) {
  const child = fn(function* () {
    yield* wait(sleep(3_600_000));
  });
  yield* wait(
    taskGroup(
      { cancellable: true },
      fn(function* (group) {
        for (let i = 0; i < n; i++) group.spawn(child);
        yield* wait(sleep(20));
        group.cancel();
      }),
    ),
  );
};

const semaphoreOfTen: Program = function* ({ fn, wait }, n) {
  const semaphore = new Semaphore(10);
  const child = fn(function* () {
    yield* wait(semaphore.acquire());
    try {
      yield* wait(checkpoint());
    } finally {
      semaphore.release();
    }
  });
  yield* wait(
    taskGroup(
      fn(function* (group) {
        for (let i = 0; i < n; i++) group.spawn(child);
      }),
    ),
  );
};

const mapOfTen: Program = function* ({ fn, wait }, n) {
  const child = fn(function* (item: number) {
    yield* wait(checkpoint());
    return item;
  });
  const items = Array.from({ length: n }, (_, i) => i);
  yield* wait(map(items, child, { concurrency: 10 }));
};

const freeLock: Program = function* ({ wait }, n) {
  const lock = new Lock();
  for (let i = 0; i < n; i++) {
    yield* wait(lock.acquire());
    lock.release();
  }
};

const checkpoints: Program = function* ({ wait }, n) {
  for (let i = 0; i < n; i++) yield* wait(checkpoint());
};

const programs: Readonly<Record<string, Program>> = {
  "spawn and join": spawnAndJoin,
  "spawn, yield, join": spawnYieldJoin,
  "queue ping-pong": pingPong,
  sleepers,
  "cancel sleepers": cancelSleepers,
  "semaphore of ten": semaphoreOfTen,
  "map, ten at once": mapOfTen,
  "free lock": freeLock,
  checkpoints,
};

export const programNames: readonly string[] = Object.keys(programs);

/** Runs a program in virtual time; the counts are of the whole run, on a loop of its own. */
export async function count(name: string, dialect: Dialect): Promise<Counts> {
  const body = programs[name]!;
  const loop = await simulate(
    dialect.fn(function* () {
      // In an object: a loop is no Awaitable, and is not to be taken for one.
      const here = { loop: loopHere() };
      yield* body(dialect, N);
      return here;
    }),
  );
  const { steps, pumps, turns } = loop.loop.counters;
  return { steps, pumps, turns };
}

export async function countAll(): Promise<CountTable> {
  const table: Record<string, Record<string, Counts>> = {};
  for (const name of programNames) {
    const row: Record<string, Counts> = (table[name] = {});
    for (const dialect of dialects) row[dialect.name] = await count(name, dialect);
  }
  return table;
}
