import { expect, test } from "vitest";
import { ReadyQueue, type Runnable } from "../../src/kernel/ready-queue.ts";
import { seeded } from "../support/random.ts";

interface Numbered extends Runnable {
  readonly number: number;
}

const item = (number: number): Numbered => ({ number, guest: false, run() {} });

test("what was pushed first is shifted first, also over the growth of the ring (L1)", () => {
  const queue = new ReadyQueue();
  for (let i = 0; i < 1000; i++) queue.push(item(i));
  expect(queue.size).toBe(1000);
  for (let i = 0; i < 1000; i++) expect((queue.shift() as Numbered).number).toBe(i);
  expect(queue.size).toBe(0);
  expect(queue.shift()).toBeUndefined();
});

test("peek shows what shift takes, and takes nothing", () => {
  const queue = new ReadyQueue();
  expect(queue.peek()).toBeUndefined();
  const one = item(1);
  queue.push(one);
  expect(queue.peek()).toBe(one);
  expect(queue.size).toBe(1);
  expect(queue.shift()).toBe(one);
  expect(queue.peek()).toBeUndefined();
});

test("order and size agree with an array under any mix of push and shift", () => {
  const random = seeded(7);
  const queue = new ReadyQueue();
  const model: Runnable[] = [];
  for (let i = 0; i < 20_000; i++) {
    // Phases of growth and of draining, so that the ring wraps around at many offsets.
    if (random.chance(Math.floor(i / 500) % 2 === 0 ? 0.7 : 0.3)) {
      const next = item(i);
      queue.push(next);
      model.push(next);
    } else expect(queue.shift()).toBe(model.shift());
    expect(queue.size).toBe(model.length);
    expect(queue.peek()).toBe(model[0]);
  }
});
