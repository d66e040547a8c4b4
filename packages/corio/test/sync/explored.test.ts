// The locks in every order of events: nothing is lost, nobody is forgotten, everyone is served in turn.

import { expect } from "vitest";
import { Barrier, CapacityLimiter, Condition, Event, Lock, Semaphore, type Awaitable } from "corio";
import { inEveryOrder, type Ending, type Scenario, type Steps } from "./explore.ts";
import type { Dialect } from "../support/dialects.ts";

/** Each acquires, and releases later. */
function contenders(
  { wait }: Dialect,
  count: number,
  thing: { acquire(): Awaitable<void>; release(): void },
  most: number,
  check: () => void,
): Scenario {
  const asked: number[] = [];
  const got: number[] = [];
  let inside = 0;
  const contender = (name: number) =>
    function* (gate: () => Steps): Steps {
      asked.push(name);
      yield* wait(thing.acquire());
      got.push(name);
      expect(++inside).toBeLessThanOrEqual(most);
      try {
        yield* gate();
      } finally {
        inside--;
        thing.release();
      }
    };
  return {
    tasks: Array.from({ length: count }, (_, name) => contender(name)),
    check({ stuck }: Ending) {
      expect(stuck).toEqual([]);
      expect(inside).toBe(0);
      // With more than one inside, who has it first need not run on first.
      if (most === 1) expect(got).toEqual(asked.filter((name) => got.includes(name)));
      check();
    },
  };
}

inEveryOrder("a lock is handed on in turn, and never lost (S1, S2, S3)", 2, (dialect) => {
  const lock = new Lock();
  return contenders(dialect, 3, lock, 1, () => {
    expect(lock.statistics()).toEqual({ owner: null, waiting: 0 });
  });
});

inEveryOrder("no permit of a semaphore is lost, and none made (S14, S15)", 1, (dialect) => {
  const semaphore = new Semaphore(2);
  return contenders(dialect, 3, semaphore, 2, () => {
    expect(semaphore.statistics()).toEqual({ free: 2, waiting: 0 });
  });
});

inEveryOrder("no token of a limiter is lost, and none made", 1, (dialect) => {
  const limiter = new CapacityLimiter(1);
  return contenders(dialect, 3, limiter, 1, () => {
    expect(limiter.statistics()).toEqual({ total: 1, borrowed: 0, borrowers: [], waiting: 0 });
  });
});

inEveryOrder("a notification reaches somebody who waits, whoever is cancelled (S9, S10)", 2, ({ wait }) => {
  const condition = new Condition();
  let items = 0;
  let made = 0;
  let taken = 0;
  const consumer = function* (): Steps {
    yield* wait(condition.acquire());
    try {
      yield* wait(condition.waitFor(() => items > 0));
      items--;
      taken++;
    } finally {
      // Throws when the wait ended without the lock.
      condition.release();
    }
  };
  const producer = function* (gate: () => Steps): Steps {
    yield* wait(condition.acquire());
    try {
      items++;
      made++;
      condition.notify();
      yield* gate();
    } finally {
      condition.release();
    }
  };
  return {
    tasks: [consumer, consumer, producer],
    check({ stuck }) {
      expect(items).toBe(made - taken);
      // Whoever still waits has nothing to take.
      if (stuck.length > 0) expect(items).toBe(0);
      expect(condition.statistics()).toEqual({ waiting: stuck.length, lock: { owner: null, waiting: 0 } });
    },
  };
});

inEveryOrder("a barrier lets go as many as it takes, each with another number (S19, S21)", 1, ({ wait }) => {
  const barrier = new Barrier(2);
  const came: number[] = [];
  const gone = new Map<number, number>();
  const party = (name: number) =>
    function* (): Steps {
      came.push(name);
      gone.set(name, yield* wait(barrier.wait()));
    };
  return {
    tasks: [0, 1, 2, 3].map((name) => party(name)),
    check({ stuck }) {
      expect(stuck.length).toBe(barrier.nWaiting);
      expect(stuck.length).toBeLessThan(2);
      // Rounds of two, in the order of their coming; whoever was cancelled while it waited is in none.
      const indices = came.flatMap((name) => (gone.has(name) ? [gone.get(name)!] : []));
      expect(indices).toEqual(indices.map((_, i) => i % 2));
    },
  };
});

inEveryOrder("a set wakes everyone who waits, also when it is taken back at once (S6, S7)", 2, ({ wait }) => {
  const event = new Event();
  const waiting = new Set<number>();
  const woken = new Set<number>();
  /** Who waited when it was set. */
  const owed = new Set<number>();
  const waiter = (name: number) =>
    function* (gate: () => Steps): Steps {
      yield* gate();
      waiting.add(name);
      try {
        yield* wait(event.wait());
        woken.add(name);
      } finally {
        waiting.delete(name);
      }
    };
  const setter = function* (gate: () => Steps): Steps {
    yield* gate();
    event.set();
    for (const name of waiting) owed.add(name);
    event.clear();
  };
  return {
    tasks: [waiter(0), waiter(1), setter],
    check({ stuck, cancelled }) {
      for (const name of owed) if (!cancelled.includes(name)) expect(woken).toContain(name);
      // Nobody is woken by a set that came before it waited.
      for (const name of stuck) expect(owed).not.toContain(name);
      expect(event.statistics()).toEqual({ waiting: stuck.length });
    },
  };
});
