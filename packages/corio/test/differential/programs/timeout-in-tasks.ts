// Timeouts of many tasks do not touch one another.

import { asCompleted, forEach, sleep, timeout } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TO1"],
  *main({ fn, wait, log }) {
    const worker = (name: string, limit: number, delay: number) =>
      fn(function* () {
        const body = fn(function* () {
          yield* wait(sleep(delay));
          return `${name} in time`;
        });
        try {
          return yield* wait(timeout(limit, body));
        } catch {
          return `${name} too late`;
        }
      });
    const workers = (
      [
        ["a", 10, 5],
        ["b", 6, 50],
        ["c", 40, 30],
        ["d", 20, 21],
      ] as const
    ).map(([name, limit, delay]) => worker(name, limit, delay));
    yield* wait(forEach(asCompleted(workers), (task) => log(task.result())));
  },
});
