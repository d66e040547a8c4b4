// Gathers nest.

import { gather, sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G1"],
  *main({ fn, wait, log }) {
    const work = (name: string, delay: number) =>
      fn(function* () {
        log(name, "starts");
        yield* wait(sleep(delay));
        log(name, "ends");
        return name;
      });
    const pair = (left: string, right: string, delay: number) =>
      fn(function* () {
        const both = yield* wait(gather([work(left, delay), work(right, delay + 1)]));
        log("pair", both);
        return both;
      });
    log(yield* wait(gather([pair("a", "b", 10), pair("c", "d", 20), work("e", 15)])));
  },
});
