// Cancelling a gather with return_exceptions (allSettled) is not swallowed as one of its values.

import { allSettled, createTask, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G6"],
  *main({ fn, wait, log }) {
    const work = fn(function* (name: string) {
      try {
        yield* wait(sleep(100));
      } finally {
        log(name, "is stopped");
      }
    });
    const task = createTask(
      fn(function* () {
        log("never", yield* wait(allSettled([() => work("only")])));
      }),
    );
    yield* wait(sleep(20));
    task.cancel();
    try {
      yield* wait(task.join());
    } catch (error) {
      log("joined:", error);
    }
  },
});
