// Tasks are handed out in the order in which they end; a failure is its own task's affair.

import { asCompleted, forEach, sleep } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["G23"],
  *main({ fn, wait, log }) {
    const work = (name: string, delay: number) =>
      fn(function* () {
        yield* wait(sleep(delay));
        if (name === "bad") throw new Failure(name);
        return name;
      });
    const ended = asCompleted([work("slow", 30), work("bad", 20), work("fast", 10)]);
    yield* wait(
      forEach(ended, (task) => {
        try {
          log("completed", task.result());
        } catch (error) {
          log("failed", error);
        }
      }),
    );
    log("end");
  },
});
