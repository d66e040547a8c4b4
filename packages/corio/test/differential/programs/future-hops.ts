// A waiter runs one turn after the result is set, and who joins the waiter another turn later.

import { createTask, Future, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["F11"],
  *main({ fn, wait, log }) {
    const future = new Future<string>();
    const waiter = createTask(
      fn(function* () {
        const value = yield* wait(future.wait());
        log("waiter has it");
        return value;
      }),
    );
    const joiner = createTask(
      fn(function* () {
        log("joiner has", yield* wait(waiter.join()));
      }),
    );
    yield* wait(sleep(1));
    future.setResult("value");
    for (let turn = 0; turn < 4; turn++) {
      log("turn", turn);
      yield* wait(sleep(0));
    }
    yield* wait(joiner.join());
  },
});
