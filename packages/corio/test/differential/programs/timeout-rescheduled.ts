// A deadline can be moved, and taken away, while its block runs.

import { loopTime, type Scope, sleep, timeout } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TO10"],
  *main({ fn, wait, log }) {
    const moved = fn(function* (scope: Scope) {
      yield* wait(sleep(8));
      log("deadline", scope.deadline);
      scope.deadline = loopTime() + 10;
      yield* wait(sleep(8));
      log("deadline", scope.deadline);
      scope.deadline = null;
      yield* wait(sleep(30));
      log("deadline", scope.deadline);
      scope.deadline = loopTime() + 5;
      yield* wait(sleep(30));
    });
    try {
      yield* wait(timeout(10, moved));
    } catch (error) {
      log(error);
    }
    const past = fn(function* (scope: Scope) {
      scope.deadline = loopTime() - 1;
      log("the past");
      yield* wait(sleep(30));
    });
    try {
      yield* wait(timeout(null, past));
    } catch (error) {
      log(error);
    }
  },
});
