// A barrier lets its parties go on together, round after round, each with another number.

import { Barrier, sleep, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S19", "S20"],
  *main({ fn, wait, log }) {
    const barrier = new Barrier(3);
    const numbers: number[] = [];
    const party = fn(function* (name: string, paces: number[]) {
      for (const pace of paces) {
        yield* wait(sleep(pace));
        log(name, "arrives,", barrier.nWaiting, "are there");
        numbers.push(yield* wait(barrier.wait()));
        log(name, "goes on");
      }
    });
    yield* wait(
      taskGroup((group) => {
        group.spawn(party, "a", [1, 9]);
        group.spawn(party, "b", [5, 2]);
        group.spawn(party, "c", [3, 4]);
      }),
    );
    const sorted = (round: number[]): number[] => round.sort((a, b) => a - b);
    log("numbers", sorted(numbers.slice(0, 3)), sorted(numbers.slice(3)));
    log("parties", barrier.parties, "waiting", barrier.nWaiting);
  },
});
