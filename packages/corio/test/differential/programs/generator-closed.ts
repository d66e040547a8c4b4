// A generator that is left in the middle is closed, and its clean-up runs.

import { sleep } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["R9", "R11"],
  *main({ wait, log }) {
    const numbers = function* (): Generator<number, void, void> {
      try {
        for (let number = 0; number < 10; number++) yield number;
      } finally {
        log("the generator is closed");
      }
    };
    for (const number of numbers()) {
      log("number", number);
      yield* wait(sleep(1));
      if (number === 2) break;
    }
    log("left");
    const generator = numbers();
    log("first", generator.next().value);
    generator.return();
    log("next", generator.next().value);
  },
});
