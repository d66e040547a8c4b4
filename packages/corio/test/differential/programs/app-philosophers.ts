// Five philosophers with five forks, which each takes in the order of their numbers: nobody starves.

import { Lock, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S1", "TG1"],
  *main({ fn, wait, log }) {
    const forks = Array.from({ length: 5 }, () => new Lock());
    const philosopher = fn(function* (number: number) {
      const next = (number + 1) % forks.length;
      const [first, second] = [Math.min(number, next), Math.max(number, next)];
      for (let meal = 0; meal < 2; meal++) {
        yield* wait(sleep(3 + 2 * number));
        log(number, "is hungry");
        const eat = fn(function* () {
          log(number, "eats meal", meal, "with", [first, second]);
          yield* wait(sleep(17 + 3 * number));
        });
        yield* wait(forks[first]!.hold(() => forks[second]!.hold(eat)));
        log(number, "thinks");
      }
    });
    yield* wait(
      taskGroup((group) => {
        for (let number = 0; number < 5; number++) group.spawn(philosopher, number);
      }),
    );
    log(
      "forks in use",
      forks.map((fork) => fork.locked()),
    );
  },
});
