// Tasks that run already can be gathered: their results, in order, as soon as the last one has ended.

import { createTask, gather, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G1", "G8"],
  *main({ fn, wait, log }) {
    const work = fn(function* (name: string, delay: number) {
      yield* wait(sleep(delay));
      log(name, "ends");
      return name;
    });
    const tasks = (
      [
        ["a", 12],
        ["b", 4],
        ["c", 8],
      ] as const
    ).map(([name, delay]) => createTask(work, name, delay));
    yield* wait(sleep(6));
    log("gathering");
    log(yield* wait(gather(tasks.map((task) => task.join()))));
    log(yield* wait(gather(tasks.map((task) => task.join()))));
  },
});
