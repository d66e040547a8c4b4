// Groups nest: an inner group's failure is one error of the outer group.

import { CancelledError, sleep, type TaskGroup, taskGroup } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["TG8"],
  *main({ fn, wait, log }) {
    const worker = fn(function* (name: string, delay: number) {
      try {
        yield* wait(sleep(delay));
        throw new Failure(name);
      } catch (error) {
        if (error instanceof CancelledError) log(name, "is stopped");
        throw error;
      }
    });
    const inner = fn(function* () {
      yield* wait(
        taskGroup((group) => {
          group.spawn(worker, "a", 10);
          group.spawn(worker, "b", 20);
        }),
      );
    });
    try {
      yield* wait(
        taskGroup((group) => {
          group.spawn(inner);
          group.spawn(worker, "c", 30);
        }),
      );
    } catch (error) {
      log("caught", error);
    }
    const innerBody = fn(function* (group: TaskGroup) {
      group.spawn(worker, "e", 30);
      yield* wait(sleep(50));
    });
    const outerBody = fn(function* (group: TaskGroup) {
      group.spawn(worker, "d", 10);
      yield* wait(taskGroup(innerBody));
      log("never");
    });
    try {
      yield* wait(taskGroup(outerBody));
    } catch (error) {
      log("caught", error);
    }
  },
});
