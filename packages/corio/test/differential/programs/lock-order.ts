// A lock goes to its waiters in the order in which they came; a newcomer stands behind them.

import { Lock, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S1"],
  *main({ fn, wait, log }) {
    const lock = new Lock();
    const worker = fn(function* (name: string, arrives: number) {
      yield* wait(sleep(arrives));
      log(name, "asks", lock.locked());
      const body = fn(function* () {
        log(name, "has it");
        yield* wait(sleep(10));
      });
      yield* wait(lock.hold(body));
      log(name, "gave it back");
    });
    yield* wait(
      taskGroup((group) => {
        for (const [name, arrives] of [
          ["a", 1],
          ["b", 5],
          ["c", 3],
          ["d", 12],
          ["e", 60],
        ] as const) {
          group.spawn(worker, name, arrives);
        }
      }),
    );
  },
});
