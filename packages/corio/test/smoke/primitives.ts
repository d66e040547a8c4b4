// Checks of locks, queues and their like, in every dialect.

import {
  Barrier,
  channel,
  Condition,
  EndOfChannel,
  Event,
  forEach,
  Lock,
  moveOnAfter,
  Queue,
  QueueShutDown,
  race,
  run,
  Semaphore,
  sleep,
  taskGroup,
} from "corio";
import { caught, type Dialect, equal, instance } from "./check.ts";

export function primitiveChecks({ fn, wait }: Dialect): Record<string, () => unknown> {
  return {
    "a queue hands items on in order, and holds its bound": () =>
      run(
        fn(function* () {
          const queue = new Queue<number>(2);
          const taken: number[] = [];
          yield* wait(
            taskGroup(
              fn(function* (group) {
                group.spawn(
                  fn(function* () {
                    for (let i = 0; i < 6; i++) yield* wait(queue.put(i));
                    queue.shutdown();
                  }),
                );
                yield* wait(sleep(5));
                equal([queue.qsize(), queue.full()], [2, true]);
                for (let i = 0; i < 6; i++) taken.push(yield* wait(queue.get()));
                instance(yield* caught(wait(queue.get())), QueueShutDown);
              }),
            ),
          );
          equal(taken, [0, 1, 2, 3, 4, 5]);
        }),
      ),

    "a cancelled get eats no item": () =>
      run(
        fn(function* () {
          const queue = new Queue<string>(1);
          yield* wait(race([queue.get(), sleep(1)]));
          yield* wait(queue.put("one"));
          equal(queue.qsize(), 1);
        }),
      ),

    "a channel ends when its senders are closed": () =>
      run(
        fn(function* () {
          const [send, receive] = channel<number>(0);
          const items: number[] = [];
          yield* wait(
            taskGroup(
              fn(function* (group) {
                group.spawn(
                  fn(function* () {
                    for (const item of [1, 2, 3]) yield* wait(send.send(item));
                    send.close();
                  }),
                );
                yield* wait(forEach(receive, (item) => void items.push(item)));
              }),
            ),
          );
          equal(items, [1, 2, 3]);
          instance(yield* caught(wait(receive.receive())), EndOfChannel);
        }),
      ),

    "a lock is had by one at a time, in the order of asking, and released by a cancellation": () =>
      run(
        fn(function* () {
          const lock = new Lock();
          const entries: string[] = [];
          const worker = fn(function* (name: string) {
            yield* wait(
              lock.hold(
                fn(function* () {
                  entries.push(`${name} in`);
                  yield* wait(sleep(1));
                  entries.push(`${name} out`);
                }),
              ),
            );
          });
          yield* wait(
            taskGroup(
              fn(function* (group) {
                group.spawn(worker, "a");
                group.spawn(worker, "b");
              }),
            ),
          );
          equal(entries, ["a in", "a out", "b in", "b out"]);
          yield* wait(
            moveOnAfter(
              1,
              fn(() =>
                wait(
                  lock.hold(
                    fn(function* () {
                      yield* wait(sleep(10_000));
                    }),
                  ),
                ),
              ),
            ),
          );
          equal(lock.locked(), false);
        }),
      ),

    "a semaphore lets so many in": () =>
      run(
        fn(function* () {
          const semaphore = new Semaphore(2);
          let inside = 0;
          let most = 0;
          yield* wait(
            taskGroup(
              fn(function* (group) {
                for (let i = 0; i < 5; i++) {
                  group.spawn(
                    fn(function* () {
                      yield* wait(semaphore.acquire());
                      most = Math.max(most, ++inside);
                      yield* wait(sleep(1));
                      inside--;
                      semaphore.release();
                    }),
                  );
                }
              }),
            ),
          );
          equal([most, inside], [2, 0]);
        }),
      ),

    "an event, a condition and a barrier wake their waiters": () =>
      run(
        fn(function* () {
          const event = new Event();
          const condition = new Condition();
          const barrier = new Barrier(2);
          const entries: string[] = [];
          let value = 0;
          yield* wait(
            taskGroup(
              fn(function* (group) {
                group.spawn(
                  fn(function* () {
                    yield* wait(event.wait());
                    entries.push("event");
                    yield* wait(condition.acquire());
                    yield* wait(condition.waitFor(() => value === 1));
                    condition.release();
                    entries.push("condition");
                    yield* wait(barrier.wait());
                  }),
                );
                yield* wait(sleep(1));
                event.set();
                yield* wait(sleep(1));
                yield* wait(condition.acquire());
                value = 1;
                condition.notifyAll();
                condition.release();
                yield* wait(barrier.wait());
                entries.push("barrier");
              }),
            ),
          );
          equal(entries, ["event", "condition", "barrier"]);
        }),
      ),
  };
}
