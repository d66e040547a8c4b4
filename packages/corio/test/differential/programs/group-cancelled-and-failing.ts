// Cancelled from outside, with failures: the group is thrown, and the next await is told of the cancellation again.

import { createTask, sleep, type TaskGroup, taskGroup, wait as waitTasks } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["TG12"],
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
      yield* wait(sleep(50));
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
