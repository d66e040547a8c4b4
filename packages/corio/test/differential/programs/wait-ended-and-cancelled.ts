// A task waits for a sibling, whose failure ends the wait and cancels the waiter.

import {
  CancelledError,
  sleep,
  taskGroup,
  TaskGroupError,
  wait as waitTasks,
  type Task,
  type TaskGroup,
} from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["C6", "G12"],
  better: {
    id: "C6",
    why: "Value wins: the wait has ended before the group cancels the waiter, who is told at its next await.",
    log: ["10 waiter was told failure(bad)", "10 waiter: cancelled", "10 group(failure(bad))"],
  },
  *main({ fn, wait, log }) {
    const failing = fn(function* () {
      yield* wait(sleep(10));
      throw new Failure("bad");
    });
    const waiter = fn(function* (sibling: Task<unknown>) {
      try {
        yield* wait(waitTasks([sibling]));
        log("waiter was told", sibling.exception());
        yield* wait(sleep(1));
        log("never");
      } catch (error) {
        if (error instanceof CancelledError) log("waiter:", error);
        throw error;
      }
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(waiter, group.spawn(failing));
    });
    try {
      yield* wait(taskGroup(body));
    } catch (error) {
      if (!(error instanceof TaskGroupError)) throw error;
      log(error);
    }
  },
});
