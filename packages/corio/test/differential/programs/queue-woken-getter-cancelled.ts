// A getter is cancelled in the step in which an item is put for it.

import { Queue, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q2", "C6"],
  better: {
    id: "C6",
    why: "Value wins: the item was handed over, and is dealt with; nothing is lost, and nobody waits in vain.",
    log: ["10 first got item", "10 first is cancelled", "20 second got another", "21 size 0"],
  },
  *main({ fn, wait, log }) {
    const queue = new Queue<string>(Infinity);
    const getter = fn(function* (name: string) {
      try {
        log(name, "got", yield* wait(queue.get()));
        yield* wait(sleep(1));
      } catch (error) {
        log(name, "is cancelled");
        throw error;
      }
    });
    const body = fn(function* (group: TaskGroup) {
      const first = group.spawn(getter, "first");
      group.spawn(getter, "second");
      yield* wait(sleep(10));
      queue.putNowait("item");
      first.cancel();
      yield* wait(sleep(10));
      queue.putNowait("another");
    });
    yield* wait(taskGroup(body));
    log("size", queue.qsize());
  },
});
