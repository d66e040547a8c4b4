// Items are collected until there are three of them, or until the oldest has waited long enough.

import { Queue, sleep, taskGroup, type TaskGroup, timeout } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["TO1", "Q1"],
  *main({ fn, wait, log }) {
    const queue = new Queue<number | null>(Infinity);
    const collect = function* (): Steps<(number | null)[] | null> {
      const batch = [yield* wait(queue.get())];
      if (batch[0] === null) return null;
      const fill = fn(function* () {
        while (batch.length < 3) batch.push(yield* wait(queue.get()));
      });
      try {
        yield* wait(timeout(15, fill));
      } catch {
        log("waited long enough");
      }
      return batch;
    };
    const source = fn(function* () {
      for (const [delay, item] of [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
        [30, 5],
        [2, 6],
        [40, null],
      ] as const) {
        yield* wait(sleep(delay));
        yield* wait(queue.put(item));
      }
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(source);
      for (let batch = yield* collect(); batch !== null; batch = yield* collect()) log("batch", batch);
    });
    yield* wait(taskGroup(body));
    log("end");
  },
});
