// Clean-up behind a shield runs to its end when nobody cancels a second time.

import { createTask, shield, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G27"],
  *main({ fn, wait, log }) {
    const commit = fn(function* () {
      yield* wait(sleep(5));
      log("committed");
      return "receipt";
    });
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(sleep(100));
        } finally {
          log("got", yield* wait(shield(commit)));
        }
      }),
    );
    yield* wait(sleep(10));
    task.cancel();
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
