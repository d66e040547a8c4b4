// The failure of a task that nobody holds is reported once.

import { createTask, sleep } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["X4"],
  *main({ fn, wait, log }) {
    createTask(
      fn(function* () {
        yield* wait(sleep(1));
        log("fails");
        throw new Failure("dropped");
      }),
    );
    yield* wait(sleep(10));
    log("end");
  },
});
