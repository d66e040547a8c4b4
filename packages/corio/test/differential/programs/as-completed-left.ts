// The loop over as_completed is left after the first one.

import { asCompleted, type Awaitable, sleep, type Task } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G24", "G26"],
  better: {
    id: "G24",
    why: "asCompleted owns its tasks: leaving the loop cancels the rest and waits for it.",
    log: ["10 fast ends", "10 first: fast", "10 slow is cancelled", "10 left", "60 end"],
  },
  *main({ fn, wait, log }) {
    const work = (name: string, delay: number) =>
      fn(function* () {
        try {
          yield* wait(sleep(delay));
          log(name, "ends");
          return name;
        } catch (error) {
          log(name, "is cancelled");
          throw error;
        }
      });
    const ended = asCompleted([work("fast", 10), work("slow", 30)]);
    const first = yield* wait(ended.next() as unknown as Awaitable<IteratorResult<Task<string>>>);
    if (first.done !== true) log("first:", first.value.result());
    yield* wait(ended.return!() as unknown as Awaitable<unknown>);
    log("left");
    yield* wait(sleep(50));
    log("end");
  },
});
