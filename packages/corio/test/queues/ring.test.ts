import { expect, test } from "vitest";
import { Ring } from "../../src/queues/ring.ts";
import { seeded } from "../support/random.ts";

test("a ring gives back in the order of putting in, over growth and wrapping", () => {
  const random = seeded(11);
  const ring = new Ring<number>();
  const model: number[] = [];
  for (let i = 0; i < 10_000; i++) {
    if (model.length === 0 || random.chance(Math.floor(i / 300) % 2 === 0 ? 0.7 : 0.3)) {
      ring.push(i);
      model.push(i);
    } else expect(ring.shift()).toBe(model.shift());
    expect(ring.size).toBe(model.length);
  }
});

test("a cleared ring is empty and can be used again", () => {
  const ring = new Ring<string>();
  for (let i = 0; i < 40; i++) ring.push("old");
  ring.clear();
  expect(ring.size).toBe(0);
  ring.push("new");
  expect(ring.shift()).toBe("new");
});
