// Shut down at once, a queue drops what it has; join waits for what is in hand.

import { Queue, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q9"],
  *main({ fn, wait, log }) {
    const queue = new Queue<string>(Infinity);
    for (const item of "abc") queue.putNowait(item);
    const worker = fn(function* () {
      try {
        for (;;) {
          const item = yield* wait(queue.get());
          log("got", item);
          yield* wait(sleep(20));
          log("dealt with", item);
          queue.taskDone();
          yield* wait(sleep(1));
        }
      } catch (error) {
        log("worker:", error);
      }
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(worker);
      yield* wait(sleep(10));
      queue.shutdown({ immediate: true });
      log("shut down, size", queue.qsize());
      yield* wait(queue.join());
      log("joined");
    });
    yield* wait(taskGroup(body));
  },
});
