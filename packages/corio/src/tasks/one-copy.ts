// One runtime per process: two copies would each keep half of the truth.

import { InvalidStateError } from "../errors.ts";

const registry = Symbol.for("corio.runtime");
const self = {};

/** Claims the process for this copy of the package; an error when another copy has it. */
export function claimProcess(): void {
  const place = globalThis as { [registry]?: object };
  place[registry] ??= self;
  if (place[registry] !== self) {
    throw new InvalidStateError(
      "Two copies of corio are loaded: make all packages use one (see npm ls corio)",
    );
  }
}
