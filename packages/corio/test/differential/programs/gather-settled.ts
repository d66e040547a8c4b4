// With return_exceptions (allSettled) failures and cancellations come back as values, and stop nobody.

import { allSettled, createTask, sleep } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["G3", "G4"],
  *main({ fn, wait, log }) {
    const work = fn(function* (name: string, delay: number) {
      yield* wait(sleep(delay));
      log(name, "ends");
      if (name.startsWith("bad")) throw new Failure(name);
      return name;
    });
    const victim = createTask(work, "victim", 100);
    createTask(
      fn(function* () {
        yield* wait(sleep(15));
        victim.cancel();
      }),
    );
    const outcomes = yield* wait(
      allSettled([() => work("bad1", 30), () => work("good", 20), victim.join(), () => work("bad2", 10)]),
    );
    for (const outcome of outcomes) {
      log("outcome", outcome.status === "fulfilled" ? outcome.value : outcome.reason);
    }
  },
});
