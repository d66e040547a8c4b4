// A task can be joined as often as one likes, by many, for its value or its error.

import { createTask, sleep, type Task } from "corio";
import { Failure, program, type Steps } from "../program.ts";

export default program({
  sentences: ["F10", "K3"],
  *main({ fn, wait, log }) {
    const work = fn(function* (name: string, fails: boolean) {
      yield* wait(sleep(fails ? 6 : 5));
      if (fails) throw new Failure(name);
      return `value of ${name}`;
    });
    const join = function* (who: string, task: Task<string>): Steps<void> {
      try {
        log(who, "joined", yield* wait(task.join()));
      } catch (error) {
        log(who, "caught", error);
      }
    };
    const good = createTask(work, "good", false);
    const bad = createTask(work, "bad", true);
    const joiners = [0, 1].flatMap((n) => [
      createTask(fn(join), `g${n}`, good),
      createTask(fn(join), `b${n}`, bad),
    ]);
    log("done", good.done(), bad.done());
    for (const joiner of joiners) yield* wait(joiner.join());
    yield* join("late", good);
    yield* join("late", bad);
    log("done", good.done(), good.cancelled(), good.result(), bad.exception());
  },
});
