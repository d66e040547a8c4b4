// A limit of zero for something that has not begun.

import { call, sleep, waitFor } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G16", "C5"],
  better: {
    id: "C5",
    why: "What is waited for always begins, and runs to its first await; the limit is seen there.",
    log: ["0 begins", "0 timeout", "0 begins", "0 timeout"],
  },
  *main({ fn, wait, log }) {
    const work = fn(function* () {
      log("begins");
      yield* wait(sleep(1));
      return "value";
    });
    for (const limit of [0, -5]) {
      try {
        yield* wait(waitFor(call(work), limit));
      } catch (error) {
        log(error);
      }
    }
  },
});
