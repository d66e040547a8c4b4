// A group waits for all of its tasks, also for those that its tasks start while it waits.

import { sleep, type TaskGroup, taskGroup } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["TG1"],
  *main({ fn, wait, log }) {
    const worker = fn(function* (
      group: TaskGroup,
      name: string,
      delay: number,
      depth: number,
    ): Steps<string> {
      yield* wait(sleep(delay));
      log(name, "ends");
      if (depth > 0) group.spawn(worker, group, `${name}'`, delay, depth - 1);
      return name;
    });
    const body = fn(function* (group: TaskGroup) {
      const tasks = [group.spawn(worker, group, "first", 10, 2), group.spawn(worker, group, "second", 3, 1)];
      log("the body ends");
      return tasks;
    });
    const tasks = yield* wait(taskGroup(body));
    log("the group ends", ...tasks.map((task) => task.result()));
  },
});
