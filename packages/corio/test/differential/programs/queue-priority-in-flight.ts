// A priority queue between a slow consumer and producers: the most urgent item first, each time.

import { PriorityQueue, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q10"],
  *main({ fn, wait, log }) {
    const queue = new PriorityQueue<number>(3);
    const producer = fn(function* (items: [number, number][]) {
      for (const [delay, item] of items) {
        yield* wait(sleep(delay));
        yield* wait(queue.put(item));
        log("put", item);
      }
    });
    const consumer = fn(function* () {
      for (let i = 0; i < 7; i++) {
        log("got", yield* wait(queue.get()));
        yield* wait(sleep(10));
      }
    });
    yield* wait(
      taskGroup((group) => {
        group.spawn(producer, [
          [1, 50],
          [1, 40],
          [1, 30],
          [40, 10],
        ]);
        group.spawn(producer, [
          [5, 45],
          [1, 5],
          [1, 60],
        ]);
        group.spawn(consumer);
      }),
    );
  },
});
