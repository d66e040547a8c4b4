// One publisher, several subscribers with a queue each; one of them is slow, and loses what it has no room for.

import { Queue, QueueFull, QueueShutDown, sleep, taskGroup, type TaskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["Q1", "Q8"],
  *main({ fn, wait, log }) {
    const queues = new Map(["fast", "slow"].map((name) => [name, new Queue<number>(2)] as const));
    const subscriber = fn(function* (name: string, queue: Queue<number>, pace: number) {
      let received = 0;
      try {
        for (;;) {
          const message = yield* wait(queue.get());
          received++;
          log(name, "reads", message);
          yield* wait(sleep(pace));
        }
      } catch (error) {
        if (!(error instanceof QueueShutDown)) throw error;
        log(name, "unsubscribes");
      }
      return received;
    });
    const body = fn(function* (group: TaskGroup) {
      const fast = group.spawn(subscriber, "fast", queues.get("fast")!, 1);
      const slow = group.spawn(subscriber, "slow", queues.get("slow")!, 35);
      for (let message = 0; message < 6; message++) {
        yield* wait(sleep(10));
        for (const [name, queue] of queues) {
          try {
            queue.putNowait(message);
          } catch (error) {
            if (!(error instanceof QueueFull)) throw error;
            log(name, "has no room for", message);
          }
        }
      }
      for (const queue of queues.values()) queue.shutdown();
      log("closed");
      return [fast, slow];
    });
    const tasks = yield* wait(taskGroup(body));
    log("received", ...tasks.map((task) => task.result()));
  },
});
