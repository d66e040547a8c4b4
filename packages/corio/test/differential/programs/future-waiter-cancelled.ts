// One of two waiters for a future is cancelled.

import { Future, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C2"],
  better: {
    id: "C2",
    why: "Cancelling a waiter never cancels what it waits for: the other waiter is not hit.",
    log: ["10 first cancelled", "20 future done false", "20 second got value"],
  },
  *main({ fn, wait, log }) {
    const future = new Future<string>();
    const waiter = fn(function* (name: string) {
      try {
        log(name, "got", yield* wait(future.wait()));
      } catch (error) {
        log(name, error);
      }
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const first = group.spawn(waiter, "first");
          group.spawn(waiter, "second");
          yield* wait(sleep(10));
          first.cancel();
          yield* wait(sleep(10));
          log("future done", future.done());
          if (!future.done()) future.setResult("value");
        }),
      ),
    );
  },
});
