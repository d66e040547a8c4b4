// Releasing a lock that nobody holds is an error; a body that fails gives its lock back.

import { Lock } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["S4"],
  *main({ fn, wait, log }) {
    const lock = new Lock();
    try {
      lock.release();
    } catch (error) {
      log("release:", error);
    }
    const body = fn(function* () {
      log("locked", lock.locked());
      throw new Failure("body");
    });
    try {
      yield* wait(lock.hold(body));
    } catch (error) {
      log("caught", error);
    }
    log("locked", lock.locked());
  },
});
