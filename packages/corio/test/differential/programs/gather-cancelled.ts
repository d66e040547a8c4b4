// A gather is cancelled while its children need time to clean up.

import { createTask, gather, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G6"],
  better: {
    id: "G6",
    why: "A cancelled gather ends when all of its children have cleaned up; asyncio's ends with the first one, and the others are left to themselves.",
    log: [
      "5 a ends",
      "5 a is clean",
      "20 cancel true",
      "23 c is clean",
      "27 b is clean",
      "27 gather: cancelled(stop)",
      "27 joined: cancelled(stop)",
      "27 true",
    ],
  },
  *main({ fn, wait, log }) {
    const work = (name: string, delay: number, cleanup: number) =>
      fn(function* () {
        try {
          yield* wait(sleep(delay));
          log(name, "ends");
        } finally {
          yield* wait(sleep(cleanup));
          log(name, "is clean");
        }
      });
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(gather([work("a", 5, 0), work("b", 100, 7), work("c", 100, 3)]));
        } catch (error) {
          log("gather:", error);
          throw error;
        }
      }),
    );
    yield* wait(sleep(20));
    log("cancel", task.cancel("stop"));
    try {
      yield* wait(task.join());
    } catch (error) {
      log("joined:", error);
    }
    log(task.cancelled());
  },
});
