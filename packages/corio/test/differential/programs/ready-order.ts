// Tasks take their first steps in the order in which they were made, and then turn by turn.

import { createTask, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["K1", "K4", "L1", "L2"],
  *main({ fn, wait, log }) {
    const worker = fn(function* (name: string) {
      for (let turn = 0; turn < 3; turn++) {
        log(name, turn);
        yield* wait(sleep(0));
      }
      log(name, "ends");
    });
    const tasks = ["a", "b", "c"].map((name) => createTask(worker, name));
    log("made");
    for (const task of tasks) yield* wait(task.join());
    log("joined");
  },
});
