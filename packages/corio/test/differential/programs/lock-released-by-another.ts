// A task releases a lock that another one holds.

import { Lock, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S4"],
  better: {
    id: "S4",
    why: "A lock belongs to the task that acquired it: release by another one is an error.",
    log: ["0 holder has it", "10 thief: misuse", "20 holder released it"],
  },
  *main({ fn, wait, log }) {
    const lock = new Lock();
    const holder = fn(function* () {
      yield* wait(lock.acquire());
      log("holder has it");
      yield* wait(sleep(20));
      try {
        lock.release();
        log("holder released it");
      } catch (error) {
        log("holder:", error);
      }
    });
    const thief = fn(function* () {
      yield* wait(sleep(10));
      try {
        lock.release();
        log("thief released it");
      } catch (error) {
        log("thief:", error);
      }
    });
    yield* wait(
      taskGroup((group) => {
        group.spawn(holder);
        group.spawn(thief);
      }),
    );
  },
});
