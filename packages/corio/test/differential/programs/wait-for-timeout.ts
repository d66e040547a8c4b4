// On a timeout wait_for waits until what it cancelled has cleaned up.

import { call, sleep, waitFor } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G18"],
  *main({ fn, wait, log }) {
    const work = fn(function* () {
      try {
        log("starts");
        yield* wait(sleep(100));
      } catch (error) {
        log("cancelled");
        yield* wait(sleep(7));
        log("clean");
        throw error;
      }
    });
    try {
      yield* wait(waitFor(call(work), 10));
    } catch (error) {
      log("caught", error, "caused by", (error as Error).cause);
    }
    yield* wait(sleep(1));
    log("main goes on");
  },
});
