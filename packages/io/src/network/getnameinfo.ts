// getnameinfo: from an address back to a name.
import type { Awaitable, Coroutine } from "corio";
import { coroutine, suspend } from "corio/lowlevel";
import { checkPort, familyOf } from "./ip-address.ts";
import { lookupError } from "./lookup-errors.ts";
import { nodeLookupService } from "./node-lookup.ts";

/** What an address and a port are called. */
export interface NameInfo {
  readonly host: string;
  /** The name of the port's service, "https"; the port as text where it has none. */
  readonly service: string;
}

/**
 * Looks up the name of an address and of a port's service: `asyncio.getnameinfo`. Always the machine's, also in a simulation. An address
 * without a name is a HostNotFoundError (asyncio gives the address back). A cancel point; what is said of threads at `getaddrinfo` holds here.
 */
export function getnameinfo(address: string, port = 0): Awaitable<NameInfo> {
  return coroutine(lookUpName, address, port);
}

function* lookUpName(address: string, port: number): Coroutine<NameInfo> {
  if (typeof address !== "string" || familyOf(address) === 0) {
    throw new TypeError(`Cannot look up the name of ${String(address)}: it is not an address`);
  }
  checkPort(port, 0);
  try {
    return yield* suspend<NameInfo>(function aLookUp(resolve, reject) {
      return nodeLookupService(address, port, (error, result) => {
        if (error === null) resolve(result!);
        else reject(error);
      });
    });
  } catch (error) {
    throw lookupError(error, address);
  }
}
