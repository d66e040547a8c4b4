// join waits until every item is dealt with; dealing with more is an error.

import { createTask, Queue, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q6", "Q7"],
  *main({ fn, wait, log }) {
    const queue = new Queue<number>(Infinity);
    const worker = fn(function* () {
      for (;;) {
        const item = yield* wait(queue.get());
        yield* wait(sleep(item));
        log("dealt with", item);
        queue.taskDone();
      }
    });
    yield* wait(queue.join());
    log("nothing to wait for");
    for (const item of [5, 8, 1, 4]) queue.putNowait(item);
    const workers = [createTask(worker), createTask(worker)];
    yield* wait(queue.join());
    log("joined");
    for (const task of workers) task.cancel();
    yield* wait(waitTasks(workers));
    try {
      queue.taskDone();
    } catch (error) {
      log("once more:", error);
    }
  },
});
