// A task cannot join itself, and a coroutine cannot be awaited twice; the program may go on.

import { call, createTask, type Task } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["K6", "K8"],
  *main({ fn, wait, log }) {
    const task: Task<void> = createTask(
      fn(function* (): Steps<void> {
        try {
          yield* wait(task.join());
        } catch (error) {
          log("itself:", error);
        }
      }),
    );
    yield* wait(task.join());
    const once = call(
      fn(function* () {
        return 7;
      }),
    );
    log("once", yield* wait(once));
    try {
      yield* wait(once);
    } catch (error) {
      log("twice:", error);
    }
  },
});
