// A failure that nobody joins is reported once; one that somebody joins is not.

import { createTask, sleep } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["X4"],
  better: {
    id: "X4",
    why: "A failure is told of as soon as nobody has joined it within a turn of the host, not when the task happens to be collected.",
    log: ["report failure(lonely)", "2 caught failure(joined)", "2 lonely is done true", "12 end"],
  },
  *main({ fn, wait, log }) {
    const failing = fn(function* (name: string, delay: number) {
      yield* wait(sleep(delay));
      throw new Failure(name);
    });
    const lonely = createTask(failing, "lonely", 1);
    const joined = createTask(failing, "joined", 2);
    try {
      yield* wait(joined.join());
    } catch (error) {
      log("caught", error);
    }
    log("lonely is done", lonely.done());
    yield* wait(sleep(10));
    log("end");
  },
});
