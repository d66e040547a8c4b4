// Spawning into a group whose block has ended is an error.

import { sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TG2"],
  *main({ fn, wait, log }) {
    const late = fn(function* () {
      log("never");
    });
    const group = yield* wait(taskGroup((group) => group));
    try {
      group.spawn(late);
    } catch (error) {
      log("spawn:", error);
    }
    yield* wait(sleep(1));
    log("end");
  },
});
