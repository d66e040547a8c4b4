// Which network the running code uses: its host's, or the machine's.
import { currentScope } from "corio";
import { loopOf, type HostNetwork } from "corio/lowlevel";
import { nodeNetwork } from "./node-network.ts";

/** The network of the host that the running code is on. NoRunError outside any run. */
export function networkHere(): HostNetwork {
  return loopOf(currentScope()).host.network ?? nodeNetwork;
}
