// A shop with two tills: customers arrive, wait, are served, or leave when it takes too long.

import { gather, Semaphore, sleep, timeout } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["T1", "K1", "S14"],
  *main({ fn, wait, log }) {
    const tills = new Semaphore(2);
    const customer = (name: string, arrives: number, needs: number, patience: number) =>
      fn(function* () {
        yield* wait(sleep(arrives));
        try {
          yield* wait(timeout(patience, () => tills.acquire()));
        } catch {
          log(name, "leaves");
          return "lost";
        }
        try {
          log(name, "is served");
          yield* wait(sleep(needs));
        } finally {
          tills.release();
        }
        log(name, "has paid");
        return "served";
      });
    const outcomes = yield* wait(
      gather([
        customer("ann", 1, 30, 10),
        customer("bob", 2, 13, 10),
        customer("cay", 3, 21, 20),
        customer("dan", 4, 11, 13),
        customer("eve", 20, 9, 50),
        customer("fay", 22, 10, 8),
      ]),
    );
    log(outcomes);
  },
});
