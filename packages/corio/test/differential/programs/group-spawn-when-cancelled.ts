// A task is spawned into a group that is being cancelled.

import { sleep, type TaskGroup, taskGroup } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["TG2", "TG24"],
  better: {
    id: "TG2",
    why: "Spawning into a cancelled group starts the task, which is told at its first await.",
    log: ["10 late begins", "10 caught group(failure(worker))"],
  },
  *main({ fn, wait, log }) {
    const late = fn(function* () {
      log("late begins");
      yield* wait(sleep(1));
      log("late ends");
    });
    const failing = fn(function* () {
      yield* wait(sleep(10));
      throw new Failure("worker");
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(failing);
      try {
        yield* wait(sleep(100));
      } finally {
        try {
          group.spawn(late);
        } catch (error) {
          log("spawn:", error);
        }
      }
    });
    try {
      yield* wait(taskGroup(body));
    } catch (error) {
      log("caught", error);
    }
  },
});
