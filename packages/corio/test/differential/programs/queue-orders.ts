// Priority and last-in-first-out queues: the same in all but the order.

import { LifoQueue, PriorityQueue, Queue } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["Q10"],
  *main({ wait, log }) {
    const drain = function* (name: string, queue: Queue<number>): Steps<void> {
      const items: number[] = [];
      while (!queue.empty()) {
        items.push(yield* wait(queue.get()));
        queue.taskDone();
      }
      log(name, items);
      yield* wait(queue.join());
      queue.shutdown();
      try {
        yield* wait(queue.get());
      } catch (error) {
        log(name, error);
      }
    };
    const queues: [string, Queue<number>][] = [
      ["queue", new Queue<number>(Infinity)],
      ["priority", new PriorityQueue<number>(Infinity)],
      ["lifo", new LifoQueue<number>(Infinity)],
    ];
    for (const [name, queue] of queues) {
      for (const item of [5, 1, 4, 2, 3]) yield* wait(queue.put(item));
      yield* drain(name, queue);
    }
  },
});
