// What ends with a value, or an error of its own, although it ran out of time.

import { call, sleep, waitFor } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["G19", "G20", "TO4"],
  *main({ fn, wait, log }) {
    const swallows = fn(function* () {
      try {
        yield* wait(sleep(100));
      } catch {
        log("swallowed");
      }
      return "a value all the same";
    });
    const fails = fn(function* () {
      try {
        yield* wait(sleep(100));
      } finally {
        throw new Failure("in the clean-up");
      }
    });
    log(yield* wait(waitFor(call(swallows), 10)));
    try {
      yield* wait(waitFor(call(fails), 10));
    } catch (error) {
      log("caught", error);
    }
    yield* wait(sleep(1));
    log("end");
  },
});
