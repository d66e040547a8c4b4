// One of three that are gathered fails.

import { CancelledError, gather, sleep } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["G2"],
  better: {
    id: "G2",
    why: "gather cancels the siblings on the first failure and waits for them; in asyncio they go on, unowned.",
    log: ["5 good ends", "10 slow is cancelled", "10 caught failure(bad)", "60 end"],
  },
  *main({ fn, wait, log }) {
    const work = (name: string, delay: number) =>
      fn(function* () {
        try {
          yield* wait(sleep(delay));
          if (name === "bad") throw new Failure(name);
          log(name, "ends");
        } catch (error) {
          if (error instanceof CancelledError) log(name, "is cancelled");
          throw error;
        }
      });
    try {
      yield* wait(gather([work("good", 5), work("bad", 10), work("slow", 30)]));
    } catch (error) {
      log("caught", error);
    }
    yield* wait(sleep(50));
    log("end");
  },
});
