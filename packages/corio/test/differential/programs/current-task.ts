// The running task is known in all that it calls.

import { currentTask, sleep, taskGroup, timeout } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["K9", "K12"],
  *main({ fn, wait, log }) {
    const whoami = function* (place: string): Steps<void> {
      log(place, currentTask().name);
    };
    const worker = fn(function* () {
      yield* whoami("at first");
      yield* wait(sleep(5));
      yield* whoami("after a sleep");
      yield* wait(
        timeout(
          10,
          fn(function* () {
            yield* whoami("in a timeout");
          }),
        ),
      );
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const one = group.spawn({ name: "one" }, worker);
          yield* wait(sleep(1));
          group.spawn({ name: "two" }, worker);
          log("named", one.name);
        }),
      ),
    );
  },
});
