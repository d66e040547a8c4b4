// A task that joins another one is cancelled.

import { createTask, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C2", "C3", "C4"],
  better: {
    id: "C3",
    why: "Cancelling a waiter never cancels what it waits for: the inner task belongs to its owner.",
    log: ["10 outer cancelled(stop)", "10 joiner cancelled(stop)", "50 worker value"],
  },
  *main({ fn, wait, log }) {
    const worker = createTask(
      fn(function* () {
        try {
          yield* wait(sleep(50));
          return "value";
        } catch (error) {
          log("inner is cancelled");
          throw error;
        }
      }),
    );
    const joiner = createTask(
      fn(function* () {
        try {
          yield* wait(worker.join());
        } catch (error) {
          log("outer", error);
          throw error;
        }
      }),
    );
    yield* wait(sleep(10));
    joiner.cancel("stop");
    for (const [name, task] of [
      ["joiner", joiner],
      ["worker", worker],
    ] as const) {
      try {
        log(name, yield* wait<string | void>(task.join()));
      } catch (error) {
        log(name, error);
      }
    }
  },
});
