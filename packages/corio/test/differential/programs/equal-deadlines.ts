// Ten sleepers with one deadline.

import { sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["T3"],
  better: {
    id: "T3",
    why: "Equal deadlines run first in, first out; asyncio leaves their order to its heap.",
    log: [
      "10 woke 0",
      "10 woke 1",
      "10 woke 2",
      "10 woke 3",
      "10 woke 4",
      "10 woke 5",
      "10 woke 6",
      "10 woke 7",
      "10 woke 8",
      "10 woke 9",
    ],
  },
  *main({ fn, wait, log }) {
    const sleeper = fn(function* (index: number) {
      yield* wait(sleep(10));
      log("woke", index);
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let index = 0; index < 10; index++) group.spawn(sleeper, index);
        }),
      ),
    );
  },
});
