// reset and abort break the waits; an aborted barrier stays broken until it is reset.

import { Barrier, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S22", "S24", "S25"],
  *main({ fn, wait, log }) {
    const barrier = new Barrier(2);
    const party = fn(function* (name: string) {
      try {
        yield* wait(barrier.wait());
        log(name, "goes on");
      } catch (error) {
        log(name, error);
      }
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(party, "a");
      yield* wait(sleep(10));
      barrier.reset();
      log("reset, broken", barrier.broken);
      yield* wait(sleep(10));
      group.spawn(party, "b");
      yield* wait(sleep(10));
      barrier.abort();
      log("aborted, broken", barrier.broken);
      group.spawn(party, "c");
      yield* wait(sleep(10));
      barrier.reset();
      log("reset, broken", barrier.broken);
      group.spawn(party, "d");
      yield* wait(sleep(10));
      group.spawn(party, "e");
    });
    yield* wait(taskGroup(body));
    try {
      log(new Barrier(0));
    } catch (error) {
      log("no parties:", error);
    }
  },
});
