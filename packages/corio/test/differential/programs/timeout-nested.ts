// Of nested timeouts each one turns its own expiry into an error, whichever comes first.

import { CancelledError, sleep, timeout } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["TO1", "TO8"],
  *main({ fn, wait, log }) {
    const nested = function* (outer: number, inner: number): Steps<void> {
      log("outer", outer, "inner", inner);
      const body = fn(function* () {
        try {
          yield* wait(sleep(100));
        } catch (error) {
          log("body:", error);
          throw error;
        }
      });
      const outerBody = fn(function* () {
        try {
          yield* wait(timeout(inner, body));
        } catch (error) {
          if (error instanceof CancelledError) {
            log("inner passes on", error);
            throw error;
          }
          log("inner:", error);
          yield* wait(sleep(2));
          log("outer body goes on");
        }
      });
      try {
        yield* wait(timeout(outer, outerBody));
      } catch (error) {
        log("outer:", error);
      }
    };
    yield* nested(50, 10);
    yield* nested(10, 50);
    yield* nested(11, 10);
  },
});
