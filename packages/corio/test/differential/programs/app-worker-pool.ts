// Three workers share a queue of jobs; some fail, all are accounted for, then the workers are dismissed.

import { createTask, Queue, sleep, wait as waitTasks } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["Q7", "TG1", "C2"],
  *main({ fn, wait, log }) {
    const jobs = new Queue<[string, number]>(Infinity);
    const results = new Map<string, unknown>();
    const worker = fn(function* (name: string) {
      try {
        for (;;) {
          const [job, cost] = yield* wait(jobs.get());
          try {
            log(name, "takes", job);
            yield* wait(sleep(cost));
            if (cost > 20) throw new Failure(`${job} is too heavy`);
            results.set(job, cost);
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
            results.set(job, error);
          } finally {
            jobs.taskDone();
          }
        }
      } finally {
        log(name, "goes home");
      }
    });
    for (const [number, cost] of [7, 23, 4, 11, 30, 2, 9].entries()) jobs.putNowait([`job${number}`, cost]);
    const workers = [0, 1, 2].map((n) => createTask(worker, `w${n}`));
    yield* wait(jobs.join());
    log("all done");
    for (const task of workers) {
      task.cancel();
      yield* wait(waitTasks([task]));
    }
    for (const job of [...results.keys()].sort()) log(job, results.get(job));
  },
});
