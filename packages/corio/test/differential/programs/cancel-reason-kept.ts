// The reason of a cancellation is asked for more than once.

import { createTask, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C19", "F4"],
  better: {
    id: "C19",
    why: "The reason belongs to the cancellation and stays; asyncio gives the message to the first who asks.",
    log: [
      "10 first joiner: cancelled(enough)",
      "10 second joiner: cancelled(enough)",
      "10 result: cancelled(enough)",
    ],
  },
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        yield* wait(sleep(100));
      }),
    );
    yield* wait(sleep(10));
    task.cancel("enough");
    for (const who of ["first", "second"]) {
      try {
        yield* wait(task.join());
      } catch (error) {
        log(who, "joiner:", error);
      }
    }
    try {
      task.result();
    } catch (error) {
      log("result:", error);
    }
  },
});
