// Everyone who waits for a future gets its value, in the order in which they came; late comers at once.

import { Future, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["F5", "F10"],
  *main({ fn, wait, log }) {
    const future = new Future<number>();
    const waiter = fn(function* (name: string) {
      log(name, "waits");
      log(name, "got", yield* wait(future.wait()));
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (const name of ["first", "second", "third"]) group.spawn(waiter, name);
          yield* wait(sleep(10));
          future.setResult(42);
          log("set", future.done(), future.result());
          group.spawn(waiter, "late");
        }),
      ),
    );
  },
});
