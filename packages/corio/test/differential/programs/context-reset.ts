// A token takes a value back; gathered work sees the value of its caller, and keeps its own to itself.

import { ContextVar, gather, sleep } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["K14"],
  *main({ fn, wait, log }) {
    const depth = new ContextVar("depth", { default: 0 });
    const walk = function* (name: string, delay: number): Steps<number> {
      const token = depth.set(depth.get() + 1);
      try {
        yield* wait(sleep(delay));
        log(name, "is at", depth.get());
        if (depth.get() < 3) yield* walk(name, delay);
        return depth.get();
      } finally {
        depth.reset(token);
      }
    };
    log(yield* walk("alone", 1), depth.get());
    depth.set(1);
    log(yield* wait(gather([fn(() => walk("left", 5)), fn(() => walk("right", 7))])), depth.get());
  },
});
