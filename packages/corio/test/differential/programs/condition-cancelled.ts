// A cancelled wait ends only when it has the lock again.

import { Condition, createTask, sleep, timeout, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S9", "S13"],
  *main({ fn, wait, log }) {
    const condition = new Condition();
    const waitHolding = fn(function* () {
      try {
        yield* wait(condition.wait());
      } finally {
        log("waiter has the lock", condition.locked());
      }
    });
    const hold = fn(function* () {
      log("holder has the lock");
      yield* wait(sleep(20));
      log("holder gives it back");
    });
    const waiting = createTask(() => condition.hold(waitHolding));
    yield* wait(sleep(1));
    const holding = createTask(() => condition.hold(hold));
    yield* wait(sleep(9));
    log("cancel", waiting.cancel());
    yield* wait(waitTasks([waiting, holding]));
    log("cancelled", waiting.cancelled(), "locked", condition.locked());
    const limited = fn(function* () {
      try {
        yield* wait(timeout(5, () => condition.wait()));
      } catch (error) {
        log(error, "locked", condition.locked());
      }
    });
    yield* wait(condition.hold(limited));
    log("locked", condition.locked());
  },
});
