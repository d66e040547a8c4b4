// A limit of zero lets a body through that does not wait.

import { sleep, timeout } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["TO2", "TO9"],
  *main({ fn, wait, log }) {
    const block = function* (name: string, waits: boolean): Steps<void> {
      const body = fn(function* () {
        log(name, "begins");
        if (waits) yield* wait(sleep(5));
        log(name, "ends");
      });
      try {
        yield* wait(timeout(0, body));
      } catch (error) {
        log(name, error);
      }
    };
    yield* block("quick", false);
    yield* block("slow", true);
    yield* block("quick again", false);
  },
});
