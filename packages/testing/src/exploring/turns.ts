// Many runs in a row would keep the machine from everything else: timers of the test runner, signals. So it gets a turn.

import { realHost } from "corio/lowlevel";

const LONGEST = 50;

/** Gives the machine a turn when the last one is too long ago. */
export class Turns {
  #last: number = realHost.now();

  async give(): Promise<void> {
    if (realHost.now() - this.#last < LONGEST) return;
    await new Promise<void>((resolve) => realHost.queueTurn(resolve));
    this.#last = realHost.now();
  }
}
