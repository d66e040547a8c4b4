// Retries with growing pauses, a limit for each attempt and one for all of them.

import { CancelledError, type Scope, sleep, timeout } from "corio";
import { Failure, program, type Steps } from "../program.ts";

export default program({
  sentences: ["TO1", "C2"],
  *main({ fn, wait, log }) {
    const times: Record<number, number> = { 1: 3, 2: 50, 3: 4 };
    const fetch = fn(function* (_scope: Scope, attempt: number) {
      try {
        yield* wait(sleep(times[attempt] ?? 6));
      } catch (error) {
        log("attempt", attempt, "is given up");
        throw error;
      }
      if (attempt < 4) throw new Failure(`attempt ${attempt}`);
      return "page";
    });
    const withRetries = function* (): Steps<string> {
      let pause = 5;
      for (let attempt = 1; attempt < 10; attempt++) {
        try {
          return yield* wait(timeout(10, fetch, attempt));
        } catch (error) {
          if (error instanceof CancelledError) throw error;
          log(error, "pause", pause);
          yield* wait(sleep(pause));
          pause *= 2;
        }
      }
      throw new Failure("too often");
    };
    const getPage = fn(function* () {
      log("got", yield* withRetries());
    });
    for (const limit of [100, 30]) {
      try {
        yield* wait(timeout(limit, getPage));
      } catch (error) {
        log("all of it:", error);
      }
    }
  },
});
