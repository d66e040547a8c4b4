// A network that takes part in a simulation: it is told when a run begins and ends.

import type { Host, HostNetwork } from "corio/lowlevel";

export interface RunNetwork extends HostNetwork {
  /** A run begins: everything is as it was set up before the first one. `fail` takes what is thrown where nobody else can. */
  begin(run: { readonly host: Host; readonly seed: number; readonly fail: (error: unknown) => void }): void;
  /** The run has ended. What it has left open, in words. */
  end(): readonly string[];
  /** The last events of the run, for whoever reads of a failure; empty when there were none. */
  describe(): string;
}

export function isRunNetwork(network: HostNetwork | undefined): network is RunNetwork {
  return network !== undefined && "begin" in network && "end" in network && "describe" in network;
}
