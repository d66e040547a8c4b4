// ByteQueue against a plain buffer that is cut from the front.
import { describe, expect, test } from "vitest";
import { ByteQueue } from "../../src/streams/byte-queue.ts";
import { Random } from "../support/random.ts";

describe("ByteQueue", () => {
  test.each(Array.from({ length: 30 }, (_, seed) => seed))(
    "does as a plain buffer does (seed %i)",
    (seed) => {
      const random = new Random(seed);
      const queue = new ByteQueue();
      let model = Buffer.alloc(0);
      for (let step = 0; step < 2000; step++) {
        const what = random.below(10);
        if (what < 4) {
          // Few different bytes, so that separators are found, and nearly found.
          const most = random.below(20) === 0 ? 600 : 7;
          const chunk = Buffer.from(
            Array.from({ length: 1 + random.below(most) }, () => 97 + random.below(2)),
          );
          queue.push(chunk);
          model = Buffer.concat([model, chunk]);
        } else if (what < 6) {
          const count = random.below(Math.min(model.length, 12) + 1);
          expect(String(queue.take(count))).toBe(String(model.subarray(0, count)));
          model = model.subarray(count);
        } else if (what < 7 && model.length > 0) {
          const most = 1 + random.below(20);
          expect(String(queue.takeSome(most))).toBe(String(model.subarray(0, most)));
          model = model.subarray(most);
        } else {
          const wanted = Buffer.from(Array.from({ length: 1 + random.below(5) }, () => 97 + random.below(2)));
          const from = random.below(model.length + 1);
          expect(queue.indexOf(wanted, from)).toBe(model.indexOf(wanted, from));
        }
        expect(queue.length).toBe(model.length);
      }
      expect(String(Buffer.concat(queue.takeChunks()))).toBe(String(model));
      expect(queue.length).toBe(0);
    },
  );

  test("hands large chunks over as they are", () => {
    const queue = new ByteQueue();
    const chunks = [Buffer.alloc(10), Buffer.alloc(20_000), Buffer.alloc(30_000)];
    for (const chunk of chunks) queue.push(chunk);
    for (const chunk of chunks) expect(queue.takeSome(1_000_000)).toBe(chunk);
  });

  test("what comes byte by byte lies in few chunks, and what was taken stays as it is", () => {
    const queue = new ByteQueue();
    const taken: Buffer[] = [];
    for (let i = 0; i < 100_000; i++) {
      queue.push(Buffer.of(i & 255));
      if (i % 1000 === 500) taken.push(queue.take(7));
    }
    const chunks = queue.takeChunks();
    expect(chunks.length).toBeLessThan(100);
    const all = Buffer.concat([...taken, ...chunks]);
    expect(all.equals(Buffer.from(Array.from({ length: 100_000 }, (_, i) => i & 255)))).toBe(true);
  });

  test("forgets what was taken, however many chunks went through", () => {
    const queue = new ByteQueue();
    for (let i = 0; i < 20_000; i++) {
      queue.push(Buffer.from([i & 255, 0]));
      if (i > 2) expect(queue.take(2)[0]).toBe((i - 3) & 255);
    }
    expect(queue.length).toBe(6);
  });
});
