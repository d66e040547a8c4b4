// Queues and channels in every order of events: an item that was put comes out once, one that was not does not come out at all.

import { expect } from "vitest";
import { channel, LifoQueue, PriorityQueue, Queue, type Awaitable } from "corio";
import type { Dialect } from "../support/dialects.ts";
import { inEveryOrder, type Scenario, type Steps } from "../sync/explore.ts";

/** Two put an item each, two take one each. */
function traffic(
  { wait }: Dialect,
  put: (item: number) => Awaitable<void>,
  get: () => Awaitable<number>,
  left: () => number[],
  inOrder: boolean,
): Scenario {
  const begun: number[] = [];
  const sent: number[] = [];
  const asked: number[] = [];
  const got = new Map<number, number>();
  const putter = (item: number) =>
    function* (): Steps {
      begun.push(item);
      yield* wait(put(item));
      sent.push(item);
    };
  const getter = (name: number) =>
    function* (): Steps {
      asked.push(name);
      got.set(name, yield* wait(get()));
    };
  let rest: number[] | null = null;
  return {
    tasks: [putter(1), putter(2), getter(2), getter(3)],
    check({ stuck }) {
      // Whoever is stuck is so for a reason: no getter beside an item, or beside a putter.
      const putters = stuck.filter((name) => name < 2).length;
      const getters = stuck.length - putters;
      if (rest === null) {
        if (getters > 0) expect(putters).toBe(0);
        if (stuck.length > 0) return;
        rest = left();
      }
      expect([...got.values(), ...rest].toSorted(byValue)).toEqual(sent.toSorted(byValue));
      if (!inOrder) return;
      // Items in the order of the puts go to getters in the order of the gets. (Who is woken runs after who finds its item there.)
      const inTurn = asked.flatMap((name) => (got.has(name) ? [got.get(name)!] : []));
      expect(inTurn).toEqual(begun.filter((item) => inTurn.includes(item)));
    },
  };
}

const byValue = (a: number, b: number): number => a - b;

function drained<T>(queue: Queue<T>): T[] {
  const items: T[] = [];
  while (!queue.empty()) items.push(queue.getNowait());
  return items;
}

inEveryOrder("no item of a queue is lost, doubled or overtaken (Q2, Q3, Q4)", 2, (dialect) => {
  const queue = new Queue<number>(1);
  return traffic(
    dialect,
    (item) => queue.put(item),
    () => queue.get(),
    () => drained(queue),
    true,
  );
});

inEveryOrder("no item of a priority queue is lost or doubled", 1, (dialect) => {
  const queue = new PriorityQueue<number>(1);
  return traffic(
    dialect,
    (item) => queue.put(item),
    () => queue.get(),
    () => drained(queue),
    true,
  );
});

inEveryOrder("no item of a LIFO queue is lost or doubled", 1, (dialect) => {
  const queue = new LifoQueue<number>(2);
  return traffic(
    dialect,
    (item) => queue.put(item),
    () => queue.get(),
    () => drained(queue),
    false,
  );
});

for (const capacity of [0, 1]) {
  inEveryOrder(
    `no item of a channel of capacity ${capacity} is lost, doubled or overtaken`,
    capacity === 0 ? 2 : 1,
    (dialect) => {
      const [send, receive] = channel<number>(capacity);
      return traffic(
        dialect,
        (item) => send.send(item),
        () => receive.receive(),
        () => Array.from({ length: receive.statistics().size }, () => receive.receiveNowait()),
        true,
      );
    },
  );
}

inEveryOrder("what was sent before the last send end closed is received, then the end", 2, ({ wait }) => {
  const [send, receive] = channel<number>(1);
  const sent: number[] = [];
  const got: number[] = [];
  const sender = (item: number) => {
    const end = send.clone();
    return function* (gate: () => Steps): Steps {
      try {
        yield* gate();
        yield* wait(end.send(item));
        sent.push(item);
      } finally {
        end.close();
      }
    };
  };
  const receiver = function* (): Steps {
    send.close();
    for (;;) {
      try {
        got.push(yield* wait(receive.receive()));
      } catch (error) {
        if ((error as Error).name === "EndOfChannel") return;
        throw error;
      }
    }
  };
  return {
    tasks: [sender(1), sender(2), receiver],
    check({ stuck, cancelled }) {
      if (cancelled.includes(2)) {
        // Nobody receives: a second sender waits, until it is cancelled.
        expect(stuck.length).toBeLessThanOrEqual(1);
        expect(got.length + receive.statistics().size).toBe(sent.length);
        return;
      }
      expect(stuck).toEqual([]);
      expect(got.toSorted(byValue)).toEqual(sent.toSorted(byValue));
      expect(receive.statistics()).toMatchObject({ openSenders: 0, size: 0, waitingReceivers: 0 });
    },
  };
});
