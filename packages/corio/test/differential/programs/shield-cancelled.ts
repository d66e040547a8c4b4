// What waits behind a shield is cancelled.

import { createTask, shield, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G27", "G31"],
  better: {
    id: "G27",
    why: "shield is a scope, not a detached task: its body ends in the task that waits, which is told at the next await.",
    log: [
      "0 work begins",
      "30 work ends",
      "30 after the shield",
      "30 worker: cancelled(stop)",
      "30 worker has ended",
      "80 end",
    ],
  },
  *main({ fn, wait, log }) {
    const work = fn(function* () {
      log("work begins");
      yield* wait(sleep(30));
      log("work ends");
    });
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(shield(work));
          log("after the shield");
          yield* wait(sleep(5));
        } catch (error) {
          log("worker:", error);
          throw error;
        }
      }),
    );
    yield* wait(sleep(10));
    task.cancel("stop");
    yield* wait(waitTasks([task]));
    log("worker has ended");
    yield* wait(sleep(50));
    log("end");
  },
});
