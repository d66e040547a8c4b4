// A cancelled waiter of a semaphore takes no permit with it.

import { Semaphore, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S15"],
  *main({ fn, wait, log }) {
    const semaphore = new Semaphore(0);
    const worker = fn(function* (name: string) {
      try {
        yield* wait(semaphore.acquire());
        log(name, "has a permit");
      } catch (error) {
        log(name, "leaves");
        throw error;
      }
    });
    const body = fn(function* (group: TaskGroup) {
      const tasks = ["a", "b", "c"].map((name) => group.spawn(worker, name));
      yield* wait(sleep(10));
      tasks[1]!.cancel();
      yield* wait(sleep(10));
      semaphore.release();
      semaphore.release();
      log("locked", semaphore.locked());
    });
    yield* wait(taskGroup(body));
    semaphore.release();
    log("locked", semaphore.locked());
  },
});
