// Nested timeouts with one deadline: only the outermost throws.

import { CancelledError, sleep, timeout } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TO7"],
  *main({ fn, wait, log }) {
    const outerBody = fn(function* () {
      try {
        yield* wait(
          timeout(
            10,
            fn(function* () {
              yield* wait(sleep(100));
            }),
          ),
        );
      } catch (error) {
        if (error instanceof CancelledError) {
          log("inner passes on", error);
          throw error;
        }
        log("inner:", error);
      }
    });
    try {
      yield* wait(timeout(10, outerBody));
    } catch (error) {
      log("outer:", error);
    }
  },
});
