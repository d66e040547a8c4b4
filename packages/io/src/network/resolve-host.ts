// From a host, which may be a name or an address, to its addresses.
import type { Coroutine } from "corio";
import { cancelPoint, suspend, type HostNetwork, type ResolvedAddress } from "corio/lowlevel";
import { familyOf } from "./ip-address.ts";
import { hostNotFound, lookupError } from "./lookup-errors.ts";

/** Begins a look-up and gives what undoes it, as `HostNetwork.lookup`. */
export type Lookup = HostNetwork["lookup"];

/** The addresses, each once, at least one, in the order in which they should be tried. A cancel point. */
export function* resolveHost(
  lookup: Lookup,
  host: string,
  family: 0 | 4 | 6,
): Coroutine<readonly ResolvedAddress[]> {
  const literal = literalAddress(host, family);
  if (literal !== null) {
    yield* cancelPoint();
    return literal;
  }
  let found: readonly ResolvedAddress[];
  try {
    found = yield* lookUp(lookup, host, family);
  } catch (error) {
    // Made here, not in the callback: the stack then shows who waited.
    throw lookupError(error, host);
  }
  return usable(found, host);
}

function lookUp(
  lookup: Lookup,
  host: string,
  family: 0 | 4 | 6,
): ReturnType<typeof suspend<readonly ResolvedAddress[]>> {
  return suspend<readonly ResolvedAddress[]>(function aLookUp(resolve, reject) {
    return lookup(host, family, (error, result) => {
      if (error === null) resolve(result ?? []);
      else reject(error);
    });
  });
}

/** What is an address already needs no look-up; null for a name. One of another family than the wanted is an error. */
export function literalAddress(host: string, family: 0 | 4 | 6): readonly ResolvedAddress[] | null {
  const own = familyOf(host);
  if (own === 0) return null;
  if (family !== 0 && own !== family) throw hostNotFound(host, "EAI_ADDRFAMILY");
  return [{ address: host, family: own }];
}

/** Each address once. None at all is the same as a name that is not known. */
export function usable(found: readonly ResolvedAddress[], host: string): readonly ResolvedAddress[] {
  const seen = new Set<string>();
  const addresses = found.filter(({ address }) => !seen.has(address) && seen.add(address));
  if (addresses.length === 0) throw hostNotFound(host, "ENODATA");
  return addresses;
}
