// Who joins a cancelled task hears of it, with the message, and goes on.

import { createTask, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C1", "C19"],
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(sleep(100));
        } finally {
          log("victim cleans up");
        }
      }),
    );
    yield* wait(sleep(10));
    log("cancel", task.cancel("enough"));
    log("cancelled yet", task.cancelled(), task.done());
    try {
      yield* wait(task.join());
    } catch (error) {
      log("joined:", error);
    }
    log("cancelled", task.cancelled(), task.done());
    yield* wait(sleep(10));
    log("main goes on");
  },
});
