// Awaiting a coroutine runs it in place: a task made before waits for the first real wait.

import { createTask, Event, Future, Lock, Queue } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["F10", "L2"],
  *main({ fn, wait, log }) {
    const double = function* (value: number): Steps<number> {
      log("doubling", value);
      return value * 2;
    };
    const quadruple = function* (value: number): Steps<number> {
      return yield* double(yield* double(value));
    };
    const task = createTask(
      fn(function* () {
        log("the other task");
      }),
    );
    log("got", yield* quadruple(5));
    yield* wait(task.join());
    const future = new Future<string>();
    future.setResult("done before");
    log("future", yield* wait(future.wait()));
    const lock = new Lock();
    yield* wait(lock.acquire());
    log("locked");
    lock.release();
    const event = new Event();
    event.set();
    yield* wait(event.wait());
    log("event was set");
    const queue = new Queue<string>(Infinity);
    yield* wait(queue.put("item"));
    log("queue", yield* wait(queue.get()));
    log("end");
  },
});
