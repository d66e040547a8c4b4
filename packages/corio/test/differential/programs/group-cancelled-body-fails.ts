// Cancelled from outside, and the body fails of its own: its error is in the group, and the next await is told again.

import { createTask, sleep, type TaskGroup, taskGroup, wait as waitTasks } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["TG12", "TG15"],
  *main({ fn, wait, log }) {
    const worker = fn(function* (name: string, cleanup: number) {
      try {
        yield* wait(sleep(100));
      } catch {
        yield* wait(sleep(cleanup));
        throw new Failure(name);
      }
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(worker, "a", 6);
      group.spawn(worker, "b", 3);
      try {
        yield* wait(sleep(50));
      } finally {
        throw new Failure("body");
      }
    });
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(taskGroup(body));
        } catch (error) {
          log("caught", error);
        }
        try {
          yield* wait(sleep(50));
          log("never");
        } catch (error) {
          log("told again");
          throw error;
        }
      }),
    );
    yield* wait(sleep(10));
    task.cancel();
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
