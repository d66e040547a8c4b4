// Three stages with small queues between them: the slow last stage holds the first one back.

import { Queue, QueueShutDown, sleep, taskGroup, type TaskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q1", "Q8", "TG1"],
  *main({ fn, wait, log }) {
    const first = new Queue<number>(1);
    const second = new Queue<number>(1);
    const produce = fn(function* () {
      for (let item = 0; item < 6; item++) {
        yield* wait(sleep(1));
        yield* wait(first.put(item));
        log("produced", item);
      }
      first.shutdown();
    });
    const transform = fn(function* () {
      try {
        for (;;) {
          const item = yield* wait(first.get());
          yield* wait(sleep(3));
          yield* wait(second.put(item * item));
          log("transformed", item);
        }
      } catch (error) {
        if (!(error instanceof QueueShutDown)) throw error;
        log("the source is dry");
        second.shutdown();
      }
    });
    const consume = fn(function* () {
      let total = 0;
      try {
        for (;;) {
          total += yield* wait(second.get());
          yield* wait(sleep(11));
          log("consumed, total", total);
        }
      } catch (error) {
        if (!(error instanceof QueueShutDown)) throw error;
        return total;
      }
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(produce);
      group.spawn(transform);
      return group.spawn(consume);
    });
    log("result", (yield* wait(taskGroup(body))).result());
  },
});
