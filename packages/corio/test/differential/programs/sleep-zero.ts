// A sleep of zero, or less, gives up exactly one turn.

import { sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["T2", "T6"],
  *main({ fn, wait, log }) {
    const spinner = fn(function* (name: string, delay: number, turns: number) {
      for (let turn = 0; turn < turns; turn++) {
        log(name, turn);
        yield* wait(sleep(delay));
      }
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(spinner, "zero", 0, 5);
          group.spawn(spinner, "less", -10, 3);
          group.spawn(spinner, "one", 1, 2);
          log("body");
          yield* wait(sleep(0));
          log("body again");
        }),
      ),
    );
    log("end");
  },
});
