// A group without tasks ends with its body.

import { sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C11", "TG1"],
  *main({ fn, wait, log }) {
    yield* wait(taskGroup(() => log("nothing to do")));
    const body = fn(function* (group: TaskGroup) {
      const nap = fn(function* () {
        yield* wait(sleep(5));
      });
      yield* wait(group.spawn(nap).join());
      log("its task has ended before");
    });
    yield* wait(taskGroup(body));
    log("end");
  },
});
