// Random numbers for the program under test.

import { currentScope } from "corio";
import { loopOf } from "corio/lowlevel";

/**
 * A number in [0, 1): in a simulation the next one of its seed, so that a replay draws the same, elsewhere a random one. (Corio
 * itself draws from there too; `Math.random` is left alone.)
 */
export function random(): number {
  return loopOf(currentScope()).host.random();
}
