// A waiter is cancelled in the step in which the lock is handed to it.

import { Lock, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S2", "S3", "C6"],
  better: {
    id: "C6",
    why: "Value wins: who was handed the lock has it, and is cancelled at the next await; the second one gets it then.",
    log: [
      "10 first has it",
      "10 first is cancelled",
      "10 second has it",
      "11 second is done",
      "11 locked false",
    ],
  },
  *main({ fn, wait, log }) {
    const lock = new Lock();
    const worker = fn(function* (name: string) {
      const body = fn(function* () {
        log(name, "has it");
        yield* wait(sleep(1));
        log(name, "is done");
      });
      try {
        yield* wait(lock.hold(body));
      } catch (error) {
        log(name, "is cancelled");
        throw error;
      }
    });
    yield* wait(lock.acquire());
    const body = fn(function* (group: TaskGroup) {
      const first = group.spawn(worker, "first");
      group.spawn(worker, "second");
      yield* wait(sleep(10));
      lock.release();
      first.cancel();
    });
    yield* wait(taskGroup(body));
    log("locked", lock.locked());
  },
});
