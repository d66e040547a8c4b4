// A bounded queue makes its producer wait for room.

import { Queue, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q1"],
  *main({ fn, wait, log }) {
    const queue = new Queue<number | null>(2);
    const producer = fn(function* () {
      for (let item = 0; item < 6; item++) {
        yield* wait(queue.put(item));
        log("put", item, "size", queue.qsize(), "full", queue.full());
      }
      yield* wait(queue.put(null));
    });
    const consumer = fn(function* () {
      yield* wait(sleep(1));
      for (let item = yield* wait(queue.get()); item !== null; item = yield* wait(queue.get())) {
        log("got", item);
        yield* wait(sleep(5));
      }
    });
    yield* wait(
      taskGroup((group) => {
        group.spawn(producer);
        group.spawn(consumer);
      }),
    );
    log("empty", queue.empty());
  },
});
