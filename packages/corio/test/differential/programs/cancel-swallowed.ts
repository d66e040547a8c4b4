// A task that swallows its cancellation goes on, and has its value.

import { createTask, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C15"],
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(sleep(100));
        } catch {
          log("swallowed");
        }
        yield* wait(sleep(5));
        log("goes on");
        return "value";
      }),
    );
    yield* wait(sleep(10));
    log("cancel", task.cancel());
    log(yield* wait(task.join()), task.cancelled());
  },
});
