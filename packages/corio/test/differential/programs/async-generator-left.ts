// The loop over an async generator is left by an error.

import { forEach, sleep } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["R9"],
  better: {
    id: "R9",
    why: "The loop that took the generator closes it before anything else goes on; asyncio leaves it to its collection.",
    log: [
      "1 number 0",
      "2 number 1",
      "3 number 2",
      "3 the generator is closed",
      "3 caught failure(enough)",
      "4 end",
    ],
  },
  *main({ wait, log }) {
    const numbers = async function* (): AsyncGenerator<number, void, void> {
      try {
        for (let number = 0; number < 10; number++) {
          await sleep(1);
          yield number;
        }
      } finally {
        log("the generator is closed");
      }
    };
    const body = (number: number): void => {
      log("number", number);
      if (number === 2) throw new Failure("enough");
    };
    try {
      yield* wait(forEach(numbers(), body));
    } catch (error) {
      log("caught", error);
    }
    yield* wait(sleep(1));
    log("end");
  },
});
