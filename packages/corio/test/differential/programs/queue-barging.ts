// A newcomer asks for an item in the step in which one is put for a getter that waits.

import { Queue, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q4"],
  better: {
    id: "Q4",
    why: "No barging: the item is handed to the getter that waits, a newcomer does not overtake it.",
    log: ["10 newcomer: QueueEmpty", "10 patient got item"],
  },
  *main({ fn, wait, log }) {
    const queue = new Queue<string>(Infinity);
    const getter = fn(function* () {
      log("patient got", yield* wait(queue.get()));
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(getter);
      yield* wait(sleep(10));
      queue.putNowait("item");
      try {
        log("newcomer got", queue.getNowait());
      } catch (error) {
        log("newcomer:", error);
      }
      yield* wait(sleep(10));
      queue.putNowait("another");
    });
    yield* wait(taskGroup(body));
  },
});
