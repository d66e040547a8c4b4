// Many servers are asked; what has answered at the deadline counts, the rest is called off.

import { createTask, sleep, wait as waitTasks } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["G11", "TG1", "C2"],
  *main({ fn, wait, log }) {
    const ask = fn(function* (server: string, delay: number) {
      try {
        yield* wait(sleep(delay));
        if (server === "broken") throw new Failure(server);
        return `answer of ${server}`;
      } finally {
        log(server, "hangs up");
      }
    });
    const servers = { near: 5, far: 40, middle: 15, broken: 10 };
    const tasks = new Map(
      Object.entries(servers).map(([server, delay]) => [server, createTask(ask, server, delay)] as const),
    );
    const { done, pending } = yield* wait(waitTasks(tasks.values(), { timeout: 20 }));
    log("deadline,", done.size, "have answered");
    for (const task of pending) {
      task.cancel();
      yield* wait(waitTasks([task]));
    }
    for (const [server, task] of tasks) {
      if (task.cancelled()) log(server, "was too late");
      else log(server, task.exception() ?? task.result());
    }
  },
});
