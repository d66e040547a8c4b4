// Results stand in the order of the arguments, not in that of their ends.

import { gather, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G1"],
  *main({ fn, wait, log }) {
    const work = (name: string, delay: number) =>
      fn(function* () {
        yield* wait(sleep(delay));
        log(name, "ends");
        return name.toUpperCase();
      });
    log(yield* wait(gather([work("slow", 30), work("fast", 10), work("middle", 20)])));
    log(yield* wait(gather([work("one", 1)])));
  },
});
