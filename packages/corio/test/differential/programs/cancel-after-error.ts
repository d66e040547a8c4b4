// A task is cancelled when what it waits for has failed already.

import { createTask, Future, sleep, wait as waitTasks } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["C7"],
  better: {
    id: "C7",
    why: "The error that had arrived is delivered, and not lost; the cancellation comes at the next await.",
    log: ["10 handles failure(broken)", "10 cancelled true"],
  },
  *main({ fn, wait, log }) {
    const future = new Future<string>();
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(future.wait());
        } catch (error) {
          log("handles", error);
          yield* wait(sleep(5));
          log("never");
        }
      }),
    );
    yield* wait(sleep(10));
    future.setException(new Failure("broken"));
    task.cancel();
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
