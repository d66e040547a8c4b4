// Clean-up after a cancellation may await, and open groups and timeouts.

import { createTask, gather, sleep, taskGroup, timeout } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C2", "C19"],
  *main({ fn, wait, log }) {
    const step = fn(function* (name: string, delay: number) {
      yield* wait(sleep(delay));
      log(name, "done");
    });
    const worker = fn(function* () {
      try {
        yield* wait(sleep(100));
      } catch (error) {
        log(error);
        yield* wait(
          taskGroup((group) => {
            group.spawn(step, "flush", 4);
            group.spawn(step, "close", 2);
          }),
        );
        try {
          yield* wait(timeout(3, () => step("too slow", 10)));
        } catch (late) {
          log("clean-up:", late);
        }
        log(yield* wait(gather([() => step("last", 1)])));
        throw error;
      }
    });
    const task = createTask(worker);
    yield* wait(sleep(10));
    task.cancel("shutdown");
    try {
      yield* wait(task.join());
    } catch (error) {
      log("joined:", error);
    }
  },
});
