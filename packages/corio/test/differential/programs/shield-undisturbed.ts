// A shield without a cancellation is not there: values and errors pass.

import { shield, sleep, timeout } from "corio";
import { Failure, program, type Steps } from "../program.ts";

export default program({
  sentences: ["G27", "G30"],
  *main({ fn, wait, log }) {
    const work = function* (name: string): Steps<string> {
      yield* wait(sleep(5));
      if (name === "bad") throw new Failure(name);
      return name;
    };
    log(yield* wait(shield(fn(() => work("good")))));
    try {
      yield* wait(shield(fn(() => work("bad"))));
    } catch (error) {
      log("caught", error);
    }
    const body = fn(function* () {
      log(yield* wait(shield(fn(() => work("in time")))));
    });
    try {
      yield* wait(timeout(10, body));
    } catch (error) {
      log(error);
    }
  },
});
