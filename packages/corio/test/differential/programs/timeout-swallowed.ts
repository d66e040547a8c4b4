// A body that swallows the end of its time has simply ended; the task is not cancelled.

import { sleep, timeout } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TO3"],
  *main({ fn, wait, log }) {
    const body = fn(function* () {
      try {
        yield* wait(sleep(100));
      } catch (error) {
        log("swallows", error);
      }
      log("the body ends");
    });
    yield* wait(timeout(10, body));
    log("no error");
    yield* wait(sleep(5));
    log("the task goes on");
  },
});
