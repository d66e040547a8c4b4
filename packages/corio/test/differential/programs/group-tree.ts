// A failure at the bottom of a tree of groups: the clean-up runs from the leaves to the root.

import { call, sleep, type TaskGroup, taskGroup } from "corio";
import { Failure, program, type Steps } from "../program.ts";

export default program({
  sentences: ["TG4", "TG8", "TG11"],
  *main({ fn, wait, log }) {
    const node = fn(function* (name: string, depth: number): Steps<void> {
      try {
        if (depth === 0) {
          yield* wait(sleep(10));
          throw new Failure(name);
        }
        const body = fn(function* (group: TaskGroup) {
          group.spawn(node, `${name}.`, depth - 1);
          try {
            yield* wait(sleep(100));
          } finally {
            yield* wait(sleep(depth));
            log("body of", name, "is clean");
          }
        });
        yield* wait(taskGroup(body));
      } finally {
        log(name, "ends");
      }
    });
    try {
      yield* wait(call(node, "n", 3));
    } catch (error) {
      log("caught", error);
    }
  },
});
