// A future's error reaches everyone who waits; the result may be set once.

import { Future, sleep, taskGroup } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["F1", "F2"],
  *main({ fn, wait, log }) {
    const future = new Future<number>();
    const waiter = fn(function* (name: string) {
      try {
        yield* wait(future.wait());
      } catch (error) {
        log(name, "caught", error);
      }
    });
    for (const ask of [() => future.result(), () => future.exception()]) {
      try {
        ask();
      } catch (error) {
        log("too early:", error);
      }
    }
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(waiter, "a");
          group.spawn(waiter, "b");
          yield* wait(sleep(1));
          future.setException(new Failure("broken"));
          log("done", future.done(), future.exception());
          try {
            future.setResult(1);
          } catch (error) {
            log("set twice:", error);
          }
        }),
      ),
    );
    try {
      future.result();
    } catch (error) {
      log("result", error);
    }
  },
});
