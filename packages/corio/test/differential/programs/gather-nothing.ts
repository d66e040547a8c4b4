// Gathering nothing gives nothing.

import { allSettled, gather } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G7"],
  *main({ wait, log }) {
    log("before");
    log(yield* wait(gather([])));
    log(yield* wait(allSettled([])));
    log("after");
  },
});
