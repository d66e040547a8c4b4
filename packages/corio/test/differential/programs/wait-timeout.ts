// A wait that times out neither throws nor cancels; waiting for nothing is an error.

import { createTask, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G10", "G11"],
  *main({ fn, wait, log }) {
    const work = fn(function* (name: string, delay: number) {
      yield* wait(sleep(delay));
      log(name, "ends");
    });
    const quick = createTask(work, "quick", 5);
    const slow = createTask(work, "slow", 25);
    let { done, pending } = yield* wait(waitTasks([quick, slow], { timeout: 10 }));
    log("done", done.has(quick), done.has(slow), "pending", pending.has(quick), pending.has(slow));
    ({ done, pending } = yield* wait(waitTasks([quick, slow], { timeout: 0 })));
    log("at once", done.size, pending.size);
    ({ done, pending } = yield* wait(waitTasks([quick, slow])));
    log("all", done.size, pending.size);
    try {
      yield* wait(waitTasks([]));
    } catch (error) {
      log("nothing:", error);
    }
  },
});
