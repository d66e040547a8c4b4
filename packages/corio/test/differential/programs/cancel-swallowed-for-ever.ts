// A task swallows its cancellation and never ends.

import { createTask, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C15"],
  better: {
    id: "C15",
    why: "Clean-up has a grace, 5000 ms from the cancellation unless said otherwise; then every await throws.",
    log: ["10 swallowed", "5010 cancelled true"],
  },
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(sleep(100));
        } catch {
          log("swallowed");
        }
        yield* wait(sleep(20_000));
        log("ends, hours later");
      }),
    );
    yield* wait(sleep(10));
    task.cancel();
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
