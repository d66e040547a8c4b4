// Waiting or notifying without the lock is an error.

import { Condition } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S8"],
  *main({ fn, wait, log }) {
    const condition = new Condition();
    try {
      yield* wait(condition.wait());
    } catch (error) {
      log("wait:", error);
    }
    try {
      condition.notify();
    } catch (error) {
      log("notify:", error);
    }
    const body = fn(function* () {
      condition.notify();
      log("with the lock there is nobody to notify");
    });
    yield* wait(condition.hold(body));
  },
});
