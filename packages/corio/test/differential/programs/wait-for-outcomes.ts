// wait_for gives the value or the error of what ends in time, in the same task.

import { call, createTask, currentTask, Future, sleep, waitFor } from "corio";
import { Failure, program, type Steps } from "../program.ts";

export default program({
  sentences: ["G16", "G17"],
  *main({ fn, wait, log }) {
    const work = fn(function* (name: string, delay: number) {
      yield* wait(sleep(delay));
      if (name === "bad") throw new Failure(name);
      return `${name} in ${currentTask().name}`;
    });
    const program = function* (): Steps<void> {
      log(yield* wait(waitFor(call(work, "good", 5), 10)));
      log(yield* wait(waitFor(call(work, "patient", 5), null)));
      try {
        yield* wait(waitFor(call(work, "bad", 5), 10));
      } catch (error) {
        log("caught", error);
      }
      const done = new Future<string>();
      done.setResult("was done");
      log(yield* wait(waitFor(done.wait(), 1)));
      yield* wait(sleep(100));
      log("end");
    };
    yield* wait(createTask({ name: "main" }, fn(program)).join());
  },
});
