// Cancelling what has ended changes nothing.

import { createTask, sleep, wait as waitTasks } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["C1"],
  *main({ fn, wait, log }) {
    const work = fn(function* (fails: boolean) {
      if (fails) throw new Failure("work");
      return "value";
    });
    const good = createTask(work, false);
    const bad = createTask(work, true);
    yield* wait(waitTasks([good, bad]));
    log("cancel", good.cancel(), bad.cancel(), bad.exception());
    yield* wait(sleep(1));
    log(good.result(), bad.exception(), good.cancelled(), bad.cancelled());
  },
});
