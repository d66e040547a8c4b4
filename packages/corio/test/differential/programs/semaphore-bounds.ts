// A semaphore may grow above its start, a bounded one may not; a negative start is an error.

import { BoundedSemaphore, Semaphore } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S16", "S17"],
  *main({ wait, log }) {
    const semaphore = new Semaphore(1);
    semaphore.release();
    yield* wait(semaphore.acquire());
    log("one taken, locked", semaphore.locked());
    yield* wait(semaphore.acquire());
    log("two taken, locked", semaphore.locked());
    const bounded = new BoundedSemaphore(1);
    yield* wait(bounded.acquire());
    bounded.release();
    try {
      bounded.release();
    } catch (error) {
      log("bounded:", error);
    }
    try {
      log(new Semaphore(-1));
    } catch (error) {
      log("negative:", error);
    }
  },
});
