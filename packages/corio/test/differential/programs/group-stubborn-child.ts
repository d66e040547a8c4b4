// A task of a cancelled group shrugs the cancellation off and returns a value.

import { createTask, sleep, type Task, taskGroup, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TG18"],
  *main({ fn, wait, log }) {
    const stubborn = fn(function* () {
      try {
        yield* wait(sleep(100));
      } catch {
        log("stubborn goes on");
        yield* wait(sleep(5));
      }
      return "kept";
    });
    const tasks: Task<string>[] = [];
    const task = createTask(
      fn(function* () {
        yield* wait(taskGroup((group) => void tasks.push(group.spawn(stubborn))));
        log("never");
      }),
    );
    yield* wait(sleep(10));
    task.cancel();
    yield* wait(waitTasks([task]));
    log("owner cancelled", task.cancelled(), "child", tasks[0]!.result());
  },
});
