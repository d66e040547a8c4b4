// Getters are served in the order in which they came, and so are putters.

import { Queue, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q1", "Q4"],
  *main({ fn, wait, log }) {
    const queue = new Queue<string | number>(1);
    const getter = fn(function* (name: string) {
      log(name, "got", yield* wait(queue.get()));
    });
    const putter = fn(function* (item: string) {
      yield* wait(queue.put(item));
      log("put", item);
    });
    const getting = fn(function* (group: TaskGroup) {
      for (const name of "abc") group.spawn(getter, name);
      for (const item of [1, 2, 3]) {
        yield* wait(sleep(10));
        yield* wait(queue.put(item));
      }
    });
    yield* wait(taskGroup(getting));
    const putting = fn(function* (group: TaskGroup) {
      for (const item of "xyz") group.spawn(putter, item);
      for (let i = 0; i < 3; i++) {
        yield* wait(sleep(10));
        log("took", yield* wait(queue.get()));
      }
    });
    yield* wait(taskGroup(putting));
  },
});
