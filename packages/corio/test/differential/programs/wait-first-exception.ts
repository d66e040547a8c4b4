// FIRST_EXCEPTION does not count cancelled tasks, and returns at once when one had failed before.

import { createTask, sleep, wait as waitTasks } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["G13", "G14"],
  *main({ fn, wait, log }) {
    const work = fn(function* (name: string, delay: number) {
      yield* wait(sleep(delay));
      if (name === "bad") throw new Failure(name);
      return name;
    });
    const good = createTask(work, "good", 5);
    const gone = createTask(work, "gone", 50);
    const bad = createTask(work, "bad", 20);
    const slow = createTask(work, "slow", 40);
    createTask(
      fn(function* () {
        yield* wait(sleep(10));
        gone.cancel();
      }),
    );
    const tasks = [good, gone, bad, slow];
    let { done, pending } = yield* wait(waitTasks(tasks, { returnWhen: "FIRST_EXCEPTION" }));
    log(
      "done",
      tasks.map((task) => done.has(task)),
      "pending",
      tasks.map((task) => pending.has(task)),
    );
    ({ done, pending } = yield* wait(waitTasks(tasks, { returnWhen: "FIRST_EXCEPTION" })));
    log("again", done.size, pending.size, bad.exception());
    ({ done, pending } = yield* wait(waitTasks([good, slow], { returnWhen: "FIRST_EXCEPTION" })));
    log("without it", done.size, pending.size);
  },
});
