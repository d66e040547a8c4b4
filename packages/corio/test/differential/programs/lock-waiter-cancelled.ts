// A cancelled waiter leaves the line; the others keep their places.

import { Lock, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S2", "S5"],
  *main({ fn, wait, log }) {
    const lock = new Lock();
    const worker = fn(function* (name: string) {
      try {
        yield* wait(lock.acquire());
        log(name, "has it");
        yield* wait(sleep(1));
        lock.release();
      } catch (error) {
        log(name, "leaves");
        throw error;
      }
    });
    yield* wait(lock.acquire());
    const body = fn(function* (group: TaskGroup) {
      const tasks = ["a", "b", "c", "d"].map((name) => group.spawn(worker, name));
      yield* wait(sleep(10));
      tasks[0]!.cancel();
      tasks[2]!.cancel();
      yield* wait(sleep(10));
      lock.release();
    });
    yield* wait(taskGroup(body));
    log("locked", lock.locked());
  },
});
