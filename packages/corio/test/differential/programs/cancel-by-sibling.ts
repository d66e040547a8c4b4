// Tasks cancel one another: each is told once, in its own turn.

import { createTask, sleep, type Task, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C1", "C2"],
  *main({ fn, wait, log }) {
    const others: Task<void>[] = [];
    const worker = fn(function* (name: string) {
      try {
        yield* wait(sleep(name === "c" ? 10 : 100));
        log(
          name,
          "cancels the others",
          others.map((other) => other.cancel(`by ${name}`)),
        );
      } catch (error) {
        log(name, error);
        throw error;
      }
    });
    const tasks = ["a", "b", "c"].map((name) => createTask(worker, name));
    others.push(...tasks.slice(0, 2));
    yield* wait(waitTasks(tasks));
    log(tasks.map((task) => task.cancelled()));
  },
});
