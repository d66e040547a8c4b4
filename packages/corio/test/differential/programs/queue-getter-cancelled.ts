// A cancelled getter loses nothing: the item goes to the next one.

import { Queue, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q2", "Q5"],
  *main({ fn, wait, log }) {
    const queue = new Queue<string>(Infinity);
    const getter = fn(function* (name: string) {
      try {
        log(name, "got", yield* wait(queue.get()));
      } catch (error) {
        log(name, "leaves");
        throw error;
      }
    });
    const body = fn(function* (group: TaskGroup) {
      const tasks = ["a", "b", "c"].map((name) => group.spawn(getter, name));
      yield* wait(sleep(10));
      tasks[0]!.cancel();
      queue.putNowait("item");
      yield* wait(sleep(10));
      queue.putNowait("another");
    });
    yield* wait(taskGroup(body));
    log("size", queue.qsize());
  },
});
