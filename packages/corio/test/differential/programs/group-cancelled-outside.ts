// A group whose task is cancelled from outside cancels its tasks, waits for them, and lets the cancellation pass.

import { createTask, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TG11", "C19"],
  *main({ fn, wait, log }) {
    const worker = fn(function* (name: string, cleanup: number) {
      try {
        yield* wait(sleep(100));
      } finally {
        yield* wait(sleep(cleanup));
        log(name, "is clean");
      }
    });
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(
            taskGroup((group) => {
              group.spawn(worker, "a", 6);
              group.spawn(worker, "b", 3);
              log("the body ends");
            }),
          );
        } catch (error) {
          log("group:", error);
          throw error;
        }
      }),
    );
    yield* wait(sleep(10));
    task.cancel("from outside");
    try {
      yield* wait(task.join());
    } catch (error) {
      log("joined:", error);
    }
  },
});
