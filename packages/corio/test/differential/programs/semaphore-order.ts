// A semaphore lets so many in, in the order in which they came.

import { Semaphore, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S14"],
  *main({ fn, wait, log }) {
    const semaphore = new Semaphore(2);
    const worker = fn(function* (name: string, delay: number) {
      const body = fn(function* () {
        log(name, "enters", semaphore.locked());
        yield* wait(sleep(delay));
      });
      yield* wait(semaphore.hold(body));
      log(name, "leaves");
    });
    yield* wait(
      taskGroup((group) => {
        for (const [name, delay] of [
          ["a", 10],
          ["b", 4],
          ["c", 9],
          ["d", 1],
          ["e", 6],
        ] as const) {
          group.spawn(worker, name, delay);
        }
      }),
    );
    log("locked", semaphore.locked());
  },
});
