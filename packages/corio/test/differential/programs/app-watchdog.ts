// Heartbeats push a deadline back; when they stay away, the work is broken off.

import { loopTime, type Scope, sleep, taskGroup, timeout } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TO10", "T7"],
  *main({ fn, wait, log }) {
    const beat = fn(function* (limit: Scope, beats: number[]) {
      for (const delay of beats) {
        yield* wait(sleep(delay));
        limit.deadline = loopTime() + 10;
        log("beat, deadline", limit.deadline);
      }
    });
    const watched = (limit: Scope) =>
      taskGroup(
        fn(function* (group) {
          group.spawn(beat, limit, [4, 9, 9, 1, 30]);
          try {
            yield* wait(sleep(500));
          } finally {
            log("work is broken off");
          }
        }),
      );
    try {
      yield* wait(timeout(10, watched));
    } catch (error) {
      log("watchdog:", error);
    }
  },
});
