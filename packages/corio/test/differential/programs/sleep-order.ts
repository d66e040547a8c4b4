// Sleepers wake in the order of their deadlines, whenever they began.

import { sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["T1"],
  *main({ fn, wait, log }) {
    const sleeper = fn(function* (name: string, ...delays: number[]) {
      for (const delay of delays) {
        yield* wait(sleep(delay));
        log(name, "slept", delay);
      }
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(sleeper, "long", 50);
          group.spawn(sleeper, "short", 5, 7, 9, 11, 13);
          group.spawn(sleeper, "middle", 20, 20, 20);
          group.spawn(sleeper, "late", 33, 1, 1);
        }),
      ),
    );
  },
});
