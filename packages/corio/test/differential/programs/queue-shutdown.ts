// A queue that is shut down refuses items, and gives out what it has.

import { Queue, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q8"],
  *main({ fn, wait, log }) {
    const queue = new Queue<string | number>(2);
    const getter = fn(function* () {
      try {
        for (;;) {
          log("got", yield* wait(queue.get()));
          queue.taskDone();
          yield* wait(sleep(2));
        }
      } catch (error) {
        log("getter:", error);
      }
    });
    const putter = fn(function* () {
      try {
        for (let item = 0; item < 5; item++) {
          yield* wait(queue.put(item));
          log("put", item);
        }
      } catch (error) {
        log("putter:", error);
      }
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(putter);
      yield* wait(sleep(10));
      queue.shutdown();
      log("shut down, size", queue.qsize());
      yield* wait(sleep(10));
      group.spawn(getter);
      try {
        queue.putNowait("never");
      } catch (error) {
        log("main:", error);
      }
      yield* wait(queue.join());
      log("joined");
    });
    yield* wait(taskGroup(body));
  },
});
