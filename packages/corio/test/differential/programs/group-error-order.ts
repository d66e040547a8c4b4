// Errors stand in the order in which they happened, those of clean-up behind, the body's own last.

import { sleep, type TaskGroup, taskGroup } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["TG5", "TG6"],
  *main({ fn, wait, log }) {
    const worker = fn(function* (name: string, delay: number, cleanup: number) {
      try {
        yield* wait(sleep(delay));
      } catch {
        yield* wait(sleep(cleanup));
        throw new Failure(`clean-up of ${name}`);
      }
      throw new Failure(name);
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(worker, "a", 50, 7);
      group.spawn(worker, "b", 50, 3);
      group.spawn(worker, "c", 10, 0);
      try {
        yield* wait(sleep(100));
      } finally {
        throw new Failure("body");
      }
    });
    try {
      yield* wait(taskGroup(body));
    } catch (error) {
      log("caught", error);
    }
    const alone = () => {
      throw new Failure("body alone");
    };
    try {
      yield* wait(taskGroup(alone));
    } catch (error) {
      log("caught", error);
    }
  },
});
