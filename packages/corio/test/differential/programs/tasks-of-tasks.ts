// Tasks made by tasks run after all that was ready before them.

import { call, taskGroup } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["K1", "L2"],
  *main({ fn, wait, log }) {
    const child = fn(function* (name: string, depth: number): Steps<void> {
      log("enter", name);
      if (depth > 0) {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              for (const branch of "lr") group.spawn(child, name + branch, depth - 1);
            }),
          ),
        );
      }
      log("leave", name);
    });
    yield* wait(call(child, "-", 2));
  },
});
