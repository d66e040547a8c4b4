// A cancelled putter leaves no item behind; the next one gets its room.

import { Queue, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q3", "Q5"],
  *main({ fn, wait, log }) {
    const queue = new Queue<string>(1);
    queue.putNowait("first");
    const putter = fn(function* (item: string) {
      try {
        yield* wait(queue.put(item));
        log("put", item);
      } catch (error) {
        log("not put", item);
        throw error;
      }
    });
    const body = fn(function* (group: TaskGroup) {
      const tasks = ["x", "y", "z"].map((item) => group.spawn(putter, item));
      yield* wait(sleep(10));
      tasks[0]!.cancel();
      yield* wait(sleep(10));
      for (let i = 0; i < 3; i++) {
        log("got", yield* wait(queue.get()));
        yield* wait(sleep(1));
      }
    });
    yield* wait(taskGroup(body));
  },
});
