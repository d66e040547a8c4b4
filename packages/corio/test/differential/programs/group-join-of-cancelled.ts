// A task of a group joins another one, which is cancelled.

import { createTask, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TG9", "C14"],
  better: {
    id: "C14",
    why: "Awaiting a cancelled task throws TaskCancelledError, an ordinary failure: it is not mistaken for a cancellation of the joiner.",
    log: ["10 caught group(cancelled)"],
  },
  *main({ fn, wait, log }) {
    const outside = createTask(
      fn(function* () {
        yield* wait(sleep(100));
      }),
    );
    const joiner = fn(function* () {
      yield* wait(outside.join());
      log("never");
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(joiner);
      yield* wait(sleep(10));
      outside.cancel();
      yield* wait(sleep(10));
      log("the body ends");
    });
    try {
      yield* wait(taskGroup(body));
      log("no error: the joiner's work was not done, and nobody is told");
    } catch (error) {
      log("caught", error);
    }
  },
});
