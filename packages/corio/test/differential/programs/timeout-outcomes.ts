// A timeout throws when its body ran out of time and has cleaned up; the task goes on unharmed.

import { sleep, timeout } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["TO1", "TO13", "G18"],
  *main({ fn, wait, log }) {
    const block = function* (limit: number | null, delay: number): Steps<void> {
      try {
        yield* wait(
          timeout(
            limit,
            fn(function* () {
              try {
                yield* wait(sleep(delay));
                log("in time");
              } catch (error) {
                log("body:", error);
                yield* wait(sleep(3));
                log("body is clean");
                throw error;
              }
            }),
          ),
        );
      } catch (error) {
        log("block:", error, "caused by", (error as Error).cause);
      }
    };
    yield* block(20, 5);
    yield* block(20, 50);
    yield* block(null, 50);
    yield* wait(sleep(1));
    log("end");
  },
});
