// wait for the first of several tasks, again and again.

import { createTask, sleep, wait as waitTasks } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["G11", "G15"],
  *main({ fn, wait, log }) {
    const work = fn(function* (name: string, delay: number) {
      yield* wait(sleep(delay));
      if (name === "b") throw new Failure(name);
      return name;
    });
    let pending = new Set(
      (
        [
          ["a", 30],
          ["b", 10],
          ["c", 20],
        ] as const
      ).map(([name, delay]) => createTask(work, name, delay)),
    );
    while (pending.size > 0) {
      const round = yield* wait(waitTasks(pending, { returnWhen: "FIRST_COMPLETED" }));
      pending = round.pending;
      for (const task of round.done) log("done", task.exception() ?? task.result(), "pending", pending.size);
    }
  },
});
