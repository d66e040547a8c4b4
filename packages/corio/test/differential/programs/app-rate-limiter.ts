// A token bucket: so many requests at once, then one for each token that comes.

import { createTask, Semaphore, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S14", "T1"],
  *main({ fn, wait, log }) {
    const tokens = new Semaphore(2);
    const refill = fn(function* (every: number) {
      for (;;) {
        yield* wait(sleep(every));
        if (tokens.locked()) tokens.release();
      }
    });
    const request = fn(function* (number: number, arrives: number) {
      yield* wait(sleep(arrives));
      log("request", number, "arrives");
      yield* wait(tokens.acquire());
      log("request", number, "is served");
    });
    const filling = createTask(refill, 10);
    yield* wait(
      taskGroup((group) => {
        for (const [number, arrives] of [1, 2, 3, 4, 27, 58].entries()) group.spawn(request, number, arrives);
      }),
    );
    filling.cancel();
  },
});
