// A task copies the context when it is made; a plain call shares it.

import { ContextVar, sleep, type TaskGroup, taskGroup } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["K14"],
  *main({ fn, wait, log }) {
    const user = new ContextVar("user", { default: "nobody" });
    const plainCall = function* (name: string): Steps<void> {
      user.set(name);
      yield* wait(sleep(1));
    };
    const child = fn(function* (place: string) {
      log(place, "starts as", user.get());
      yield* wait(sleep(10));
      log(place, "is still", user.get());
      user.set(place);
      yield* wait(sleep(1));
      log(place, "is now", user.get());
    });
    log("at first", user.get());
    yield* plainCall("ann");
    log("after a plain call", user.get());
    const body = fn(function* (group: TaskGroup) {
      group.spawn(child, "first");
      yield* wait(sleep(5));
      user.set("bob");
      group.spawn(child, "second");
      log("the body is", user.get());
    });
    yield* wait(taskGroup(body));
    log("at last", user.get());
  },
});
