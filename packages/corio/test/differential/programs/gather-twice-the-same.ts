// The same thing given twice runs once and fills both places.

import { call, createTask, gather, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G8"],
  *main({ fn, wait, log }) {
    const work = fn(function* () {
      log("runs");
      yield* wait(sleep(5));
      return "value";
    });
    const once = call(work);
    log(yield* wait(gather([once, once])));
    const task = createTask(work);
    const join = task.join();
    log(yield* wait(gather([join, join])));
  },
});
