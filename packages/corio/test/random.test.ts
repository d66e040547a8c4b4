// Random programs, the same for the same seed: tasks that lock, queue, wait, time out and cancel each other at random. What
// must hold always: one holder per lock, no lost permit, each item got exactly once or still queued, first come first served,
// nothing left at the end. A failure names its seed.

import { expect, test } from "vitest";
import {
  cancelScope,
  Event,
  Lock,
  moveOnAfter,
  Queue,
  Semaphore,
  shield,
  sleep,
  TaskCancelledError,
  taskGroup,
  TimeoutError,
  timeout,
  type Report,
  type Task,
} from "corio";
import { type SimulateOptions, simulate } from "@corio/testing";
import { dialects, type Dialect } from "./support/dialects.ts";
import { childrenOf, nodeHere, waitsIn } from "./support/kernel.ts";
import { seeded, type Random } from "./support/random.ts";

type Steps<T> = Generator<unknown, T, unknown>;

const SEEDS = Number(process.env["CORIO_SEEDS"] ?? 200);
const PERMITS = 2;
const BOUND = 2;

interface Item {
  readonly producer: number;
  readonly number: number;
}

class World {
  readonly random: Random;
  readonly lock = new Lock();
  readonly semaphore = new Semaphore(PERMITS);
  readonly queue = new Queue<Item>(BOUND);
  readonly event = new Event();
  readonly tasks: Task<unknown>[] = [];

  lockHolders = 0;
  permitHolders = 0;
  /** The number of the last grant of the lock, in the order of the requests. */
  tickets = 0;
  lastTicket = 0;
  readonly put: Item[] = [];
  readonly got: Item[] = [];
  readonly produced: number[] = [];
  /** By consumer and producer, the number of the last item. */
  readonly seen = new Map<string, number>();
  open = 0;

  constructor(seed: number) {
    this.random = seeded(seed);
  }
}

/** A program for one dialect. */
function program({ fn, wait }: Dialect, world: World): () => Steps<void> {
  const { random, lock, semaphore, queue, event } = world;

  const pause = function* (): Steps<void> {
    yield* wait(sleep(random.below(4)));
  };

  const useLock = function* (): Steps<void> {
    const ticket = ++world.tickets;
    yield* wait(lock.acquire());
    try {
      expect(ticket, "the lock is served in the order of the requests").toBeGreaterThan(world.lastTicket);
      world.lastTicket = ticket;
      expect(++world.lockHolders).toBe(1);
      yield* pause();
    } finally {
      world.lockHolders--;
      lock.release();
    }
  };

  const usePermit = function* (): Steps<void> {
    yield* wait(semaphore.acquire());
    try {
      expect(++world.permitHolders).toBeLessThanOrEqual(PERMITS);
      yield* pause();
    } finally {
      world.permitHolders--;
      semaphore.release();
    }
  };

  const hold = function* (me: number): Steps<void> {
    const inside = fn(function* () {
      expect(++world.permitHolders).toBeLessThanOrEqual(PERMITS);
      try {
        yield* step(me, 2);
      } finally {
        world.permitHolders--;
      }
    });
    yield* wait(semaphore.hold(inside));
  };

  const produce = function* (me: number): Steps<void> {
    const item = { producer: me, number: (world.produced[me] = (world.produced[me] ?? 0) + 1) };
    yield* wait(queue.put(item));
    world.put.push(item);
  };

  const consume = function* (me: number): Steps<void> {
    const item = yield* wait(queue.get());
    world.got.push(item);
    const key = `${me}<${item.producer}`;
    expect(item.number, "items of one producer come in order").toBeGreaterThan(world.seen.get(key) ?? 0);
    world.seen.set(key, item.number);
  };

  const withResource = function* (me: number, depth: number): Steps<void> {
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          world.open++;
          scope.defer(
            fn(function* () {
              yield* pause();
              world.open--;
            }),
          );
          yield* step(me, depth + 1);
        }),
      ),
    );
  };

  const step = function* (me: number, depth: number): Steps<void> {
    const choice = random.below(depth < 3 ? 14 : 8);
    switch (choice) {
      case 0:
        yield* useLock();
        return;
      case 1:
        yield* usePermit();
        return;
      case 2:
      case 3:
        yield* produce(me);
        return;
      case 4:
      case 5:
        yield* consume(me);
        return;
      case 6:
        if (random.chance(0.5)) event.set();
        else event.clear();
        yield* pause();
        return;
      case 7:
        random.pick(world.tasks).cancel(`by ${me}`);
        yield* pause();
        return;
      case 8:
        yield* wait(event.wait());
        return;
      case 9:
        yield* wait(
          moveOnAfter(
            random.below(6),
            fn(function* () {
              yield* step(me, depth + 1);
              yield* step(me, depth + 1);
            }),
          ),
        );
        return;
      case 10:
        try {
          yield* wait(
            timeout(
              random.below(6),
              fn(function* () {
                yield* step(me, depth + 1);
              }),
            ),
          );
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
        }
        return;
      case 11: {
        // A consumer and a producer number is one task's: children of the group count as new ones.
        const body = fn(function* (child: number) {
          yield* step(child, depth + 1);
        });
        yield* wait(
          taskGroup(
            { cancellable: true },
            fn(function* (group) {
              for (let i = 0; i < 2; i++) world.tasks.push(group.spawn(body, world.tasks.length));
              yield* step(me, depth + 1);
              if (random.chance(0.3)) group.cancel();
            }),
          ),
        );
        return;
      }
      case 12:
        if (depth > 1) yield* pause();
        else yield* withResource(me, depth);
        return;
      default:
        if (random.chance(0.3)) {
          const target = random.pick(world.tasks);
          try {
            yield* wait(
              moveOnAfter(
                3,
                fn(function* () {
                  yield* wait(target.join());
                }),
              ),
            );
          } catch (error) {
            // Of another task, or its own.
            if (
              !(error instanceof TaskCancelledError) &&
              (error as { code?: string }).code !== "ERR_INVALID_STATE"
            )
              throw error;
          }
        } else if (random.chance(0.5)) {
          yield* wait(
            shield(
              fn(function* () {
                yield* pause();
              }),
            ),
          );
        } else if (depth <= 1) yield* hold(me);
        else yield* pause();
    }
  };

  return function* (): Steps<void> {
    yield* wait(
      moveOnAfter(
        200,
        fn(function* () {
          yield* wait(
            taskGroup(
              fn(function* (group) {
                const worker = fn(function* (me: number) {
                  for (let i = 0; i < 8; i++) yield* step(me, 0);
                });
                const count = 2 + random.below(5);
                for (let i = 0; i < count; i++) world.tasks.push(group.spawn(worker, world.tasks.length));
              }),
            ),
          );
        }),
      ),
    );
  };
}

function check(world: World): void {
  const { lock, semaphore, queue, event } = world;
  expect(lock.statistics()).toEqual({ owner: null, waiting: 0 });
  expect(semaphore.statistics()).toEqual({ free: PERMITS, waiting: 0 });
  expect(event.statistics()).toEqual({ waiting: 0 });
  expect([world.lockHolders, world.permitHolders, world.open]).toEqual([0, 0, 0]);
  const { getters, putters, size, unfinished } = queue.statistics();
  expect({ getters, putters }).toEqual({ getters: 0, putters: 0 });
  expect(unfinished).toBe(world.put.length);
  const left: Item[] = [];
  for (let i = 0; i < size; i++) left.push(queue.getNowait());
  const names = (items: Item[]): string[] =>
    items.map((item) => `${item.producer}#${item.number}`).toSorted();
  expect(names([...world.got, ...left])).toEqual(names(world.put));
  for (const task of world.tasks) expect(task.done(), task.name).toBe(true);
}

async function simulateSeed(dialect: Dialect, seed: number, options: SimulateOptions): Promise<string> {
  const world = new World(seed);
  const reports: Report[] = [];
  const steps = program(dialect, world);
  await simulate(
    dialect.fn(function* () {
      const root = nodeHere();
      yield* steps();
      expect(childrenOf(root)).toEqual([]);
      expect(waitsIn(root)).toBe(0);
      expect(root.loop.timers.size).toBe(0);
      // 200 ms of program, and the shields and pauses of the clean-up: no grace had to end.
      expect(root.loop.time()).toBeLessThan(5000);
    }),
    { ...options, seed, onReport: (report) => void reports.push(report) },
  );
  expect(reports).toEqual([]);
  check(world);
  return JSON.stringify([world.put, world.got, world.lastTicket, world.tasks.length]);
}

/** The order of production, and others. */
const orders: Readonly<Record<string, SimulateOptions>> = {
  "of production": { schedule: "fifo" },
  "of chance": { schedule: "random" },
  "of priorities": { schedule: { pct: 3 } },
  "of a machine that is late": { schedule: "random", lateness: 50 },
};

for (const dialect of dialects) {
  test.each(Object.keys(orders))(
    `${SEEDS} random programs keep every promise, in the order %s (${dialect.name})`,
    async (order) => {
      let items = 0;
      let grants = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        try {
          const outcome = await simulateSeed(dialect, seed, orders[order]!);
          const [put, , tickets] = JSON.parse(outcome) as [Item[], Item[], number];
          items += put.length;
          grants += tickets;
        } catch (error) {
          throw new Error(`seed ${seed} (${dialect.name}): ${(error as Error).message}`, { cause: error });
        }
      }
      // The programs do something: otherwise the invariants would prove nothing.
      expect(items).toBeGreaterThan(SEEDS);
      expect(grants).toBeGreaterThan(SEEDS);
    },
    60_000,
  );

  test(`a seed gives the same program twice (${dialect.name})`, async () => {
    for (const seed of [3, 17, 42]) {
      for (const order of Object.values(orders)) {
        expect(await simulateSeed(dialect, seed, order)).toBe(await simulateSeed(dialect, seed, order));
      }
    }
  });
}
