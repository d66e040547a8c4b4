// What still runs when the program ends is cancelled, and its clean-up is waited for.

import { createTask, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["R1"],
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        try {
          log("serving");
          yield* wait(sleep(1000));
        } finally {
          log("closing");
          yield* wait(sleep(5));
          log("closed");
        }
      }),
    );
    yield* wait(sleep(10));
    log("main ends", task.done());
  },
});
