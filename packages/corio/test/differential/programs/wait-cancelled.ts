// Cancelling a wait leaves alone what it waits for.

import { createTask, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G12"],
  *main({ fn, wait, log }) {
    const work = fn(function* (name: string, delay: number) {
      yield* wait(sleep(delay));
      log(name, "ends");
      return name;
    });
    const tasks = [createTask(work, "a", 20), createTask(work, "b", 30)];
    const waiting = createTask(
      fn(function* () {
        try {
          yield* wait(waitTasks(tasks));
        } catch (error) {
          log("waiter:", error);
          throw error;
        }
      }),
    );
    yield* wait(sleep(10));
    waiting.cancel("no more");
    yield* wait(waitTasks([waiting]));
    log(
      "waiter cancelled",
      waiting.cancelled(),
      tasks.map((task) => task.done()),
    );
    const values: string[] = [];
    for (const task of tasks) values.push(yield* wait(task.join()));
    log(values);
  },
});
