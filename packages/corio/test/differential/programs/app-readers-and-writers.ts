// Readers share, a writer is alone; who waits is let in when the condition holds.

import { Condition, sleep, taskGroup } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["S11", "S12"],
  *main({ fn, wait, log }) {
    const condition = new Condition();
    let readers = 0;
    let writing = false;
    const change = function* (body: () => Steps<void>): Steps<void> {
      yield* wait(condition.hold(fn(body)));
    };
    const read = fn(function* (name: string, arrives: number, takes: number) {
      yield* wait(sleep(arrives));
      yield* change(function* () {
        yield* wait(condition.waitFor(() => !writing));
        readers++;
      });
      log(name, "reads, readers", readers);
      yield* wait(sleep(takes));
      yield* change(function* () {
        readers--;
        log(name, "has read");
        condition.notifyAll();
      });
    });
    const write = fn(function* (name: string, arrives: number, takes: number) {
      yield* wait(sleep(arrives));
      yield* change(function* () {
        yield* wait(condition.waitFor(() => !writing && readers === 0));
        writing = true;
      });
      log(name, "writes");
      yield* wait(sleep(takes));
      yield* change(function* () {
        writing = false;
        log(name, "has written");
        condition.notifyAll();
      });
    });
    yield* wait(
      taskGroup((group) => {
        group.spawn(read, "r1", 1, 10);
        group.spawn(read, "r2", 2, 20);
        group.spawn(write, "w1", 3, 15);
        group.spawn(read, "r3", 30, 7);
        group.spawn(write, "w2", 31, 5);
      }),
    );
  },
});
