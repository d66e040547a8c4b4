import { expect, test } from "vitest";
import { TimerQueue, type TimerNode } from "../../src/kernel/timer-queue.ts";
import { seeded } from "../support/random.ts";

interface Named extends TimerNode {
  readonly name: string;
}

const timer = (when: number, name = String(when)): Named => ({
  when,
  name,
  order: 0,
  before: null,
  after: null,
  list: null,
  fire() {},
});

function drain(queue: TimerQueue, now: number): string[] {
  const names: string[] = [];
  for (let node = queue.takeDue(now); node !== null; node = queue.takeDue(now)) {
    names.push((node as Named).name);
  }
  return names;
}

test("timers come in the order of their deadlines", () => {
  const queue = new TimerQueue();
  for (const when of [30, 10, 50, 20, 40]) queue.add(timer(when), when);
  expect(queue.next).toBe(10);
  expect(drain(queue, 100)).toEqual(["10", "20", "30", "40", "50"]);
  expect(queue.next).toBe(Infinity);
});

test("equal deadlines come in the order of arrival, of one duration or of many (T3)", () => {
  const queue = new TimerQueue();
  queue.add(timer(10, "a"), 10);
  queue.add(timer(10, "b"), null);
  queue.add(timer(10, "c"), 5);
  queue.add(timer(10, "d"), 10);
  queue.add(timer(10, "e"), 1);
  queue.add(timer(10, "f"), null);
  expect(drain(queue, 10)).toEqual(["a", "b", "c", "d", "e", "f"]);
});

test("a timer is due at its deadline, not before", () => {
  const queue = new TimerQueue();
  queue.add(timer(10), 10);
  expect(queue.takeDue(9.999)).toBeNull();
  expect(queue.size).toBe(1);
  expect(queue.takeDue(10)).not.toBeNull();
  expect(queue.size).toBe(0);
});

test("a removed timer is gone at once and holds no neighbour; removing it again is nothing (T5)", () => {
  const queue = new TimerQueue();
  const nodes = [1, 2, 3].map((n) => timer(10 + n, String(n)));
  for (const node of nodes) queue.add(node, 10);
  const middle = nodes[1]!;
  queue.remove(middle);
  queue.remove(middle);
  expect(queue.size).toBe(2);
  expect([middle.before, middle.after, middle.list]).toEqual([null, null, null]);
  expect(drain(queue, 100)).toEqual(["1", "3"]);
});

test("removing all timers of all durations leaves nothing, and the queue can be used again (T5)", () => {
  const queue = new TimerQueue();
  const nodes: Named[] = [];
  for (let i = 0; i < 500; i++) {
    const node = timer((i * 7919) % 997);
    nodes.push(node);
    queue.add(node, node.when);
  }
  for (const node of nodes) queue.remove(node);
  expect(queue.size).toBe(0);
  expect(queue.next).toBe(Infinity);
  queue.add(timer(3), 3);
  expect(queue.next).toBe(3);
});

test("a deadline that is earlier than the last of its duration is still kept in order", () => {
  // The clock of a virtual host may be set, and absolute deadlines may share a duration by chance.
  const queue = new TimerQueue();
  queue.add(timer(20, "late"), 10);
  queue.add(timer(5, "early"), 10);
  queue.add(timer(21, "last"), 10);
  expect(drain(queue, 100)).toEqual(["early", "late", "last"]);
});

test("order, size and next agree with a sorted list under any mix of add, remove and expiry", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed);
    const queue = new TimerQueue();
    let model: { node: Named; arrival: number }[] = [];
    let now = 0;
    for (let i = 0; i < 800; i++) {
      const dice = random.next();
      if (dice < 0.55) {
        const relative = random.chance(0.7);
        const duration = random.pick([0, 1, 5, 5, 5, 10, 100]);
        const when = relative ? now + duration : now + random.below(50);
        const node = timer(when, String(i));
        queue.add(node, relative ? duration : null);
        model.push({ node, arrival: i });
      } else if (dice < 0.8 && model.length > 0) {
        const { node } = model.splice(random.below(model.length), 1)[0]!;
        queue.remove(node);
      } else {
        now += random.below(12);
        const due = model
          .filter(({ node }) => node.when <= now)
          .sort((a, b) => a.node.when - b.node.when || a.arrival - b.arrival);
        model = model.filter(({ node }) => node.when > now);
        expect(drain(queue, now), `seed ${seed}`).toEqual(due.map(({ node }) => node.name));
      }
      expect(queue.size, `seed ${seed}`).toBe(model.length);
      expect(queue.next, `seed ${seed}`).toBe(Math.min(Infinity, ...model.map(({ node }) => node.when)));
    }
  }
});
