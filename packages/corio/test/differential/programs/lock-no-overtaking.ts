// Who releases a lock and asks for it again does not overtake those who wait.

import { Lock, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S1"],
  *main({ fn, wait, log }) {
    const lock = new Lock();
    const greedy = fn(function* () {
      for (let turn = 0; turn < 3; turn++) {
        yield* wait(lock.acquire());
        log("greedy", turn);
        yield* wait(sleep(5));
        lock.release();
      }
    });
    const modest = fn(function* (name: string) {
      yield* wait(sleep(1));
      yield* wait(lock.acquire());
      log(name);
      lock.release();
    });
    yield* wait(
      taskGroup((group) => {
        group.spawn(greedy);
        group.spawn(modest, "modest");
      }),
    );
    log("locked", lock.locked());
  },
});
