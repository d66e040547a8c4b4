// The inner group fails while the outer one is being cancelled by a failure of its own.

import { sleep, type TaskGroup, taskGroup } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["TG14"],
  *main({ fn, wait, log }) {
    const worker = fn(function* (name: string, delay: number, cleanup: number) {
      try {
        yield* wait(sleep(delay));
      } catch {
        yield* wait(sleep(cleanup));
        log(name, "fails in its clean-up");
        throw new Failure(`clean-up of ${name}`);
      }
      log(name, "fails");
      throw new Failure(name);
    });
    const inner = fn(function* (group: TaskGroup) {
      group.spawn(worker, "inner", 50, 5);
      yield* wait(sleep(100));
    });
    const outer = fn(function* (group: TaskGroup) {
      group.spawn(worker, "outer", 10, 0);
      try {
        yield* wait(taskGroup(inner));
      } catch (error) {
        log("inner group:", error);
      }
      yield* wait(sleep(20));
      log("never");
    });
    try {
      yield* wait(taskGroup(outer));
    } catch (error) {
      log("outer group:", error);
    }
  },
});
