// A cancelled party leaves the barrier, which waits for another one.

import { Barrier, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S21"],
  *main({ fn, wait, log }) {
    const barrier = new Barrier(2);
    const party = fn(function* (name: string) {
      try {
        log(name, "arrives");
        yield* wait(barrier.wait());
        log(name, "goes on");
      } catch (error) {
        log(name, "leaves,", barrier.nWaiting, "are there");
        throw error;
      }
    });
    const body = fn(function* (group: TaskGroup) {
      const first = group.spawn(party, "first");
      yield* wait(sleep(10));
      first.cancel();
      yield* wait(sleep(10));
      group.spawn(party, "second");
      yield* wait(sleep(10));
      group.spawn(party, "third");
    });
    yield* wait(taskGroup(body));
    log("broken", barrier.broken);
  },
});
