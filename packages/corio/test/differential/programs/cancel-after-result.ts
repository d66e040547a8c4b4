// A task is cancelled when what it waits for has a value already.

import { createTask, Future, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C6"],
  better: {
    id: "C6",
    why: "Value wins: the result that had arrived is delivered, the cancellation comes at the next await.",
    log: ["10 cancel true", "10 got value", "10 cancelled", "10 cancelled true"],
  },
  *main({ fn, wait, log }) {
    const future = new Future<string>();
    const task = createTask(
      fn(function* () {
        try {
          log("got", yield* wait(future.wait()));
          yield* wait(sleep(5));
          log("never");
        } catch (error) {
          log(error);
          throw error;
        }
      }),
    );
    yield* wait(sleep(10));
    future.setResult("value");
    log("cancel", task.cancel());
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
