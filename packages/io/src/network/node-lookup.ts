// The system's own look-ups, getaddrinfo and getnameinfo, through node:dns. They take a thread each and cannot be stopped: what is undone
// here is the wait, and a look-up that has not begun.
import { lookup, lookupService, type LookupAddress } from "node:dns";
import { realHost, type NetworkDone, type ResolvedAddress } from "corio/lowlevel";
import { lookupThreads } from "./lookup-threads.ts";

export interface NodeLookupOptions {
  /** Flags of node:dns: `ADDRCONFIG`, `V4MAPPED`, `ALL`. */
  readonly hints?: number | undefined;
}

/** The addresses of a name, as the system's configuration says, in the order in which it says that they should be tried. */
export function nodeLookup(
  name: string,
  family: 0 | 4 | 6,
  done: NetworkDone<readonly ResolvedAddress[]>,
  { hints = 0 }: NodeLookupOptions = {},
): () => void {
  return onThread<readonly ResolvedAddress[]>(done, (answer) => {
    lookup(name, { all: true, family, hints, order: "verbatim" }, (error, found: LookupAddress[]) => {
      answer(error, error === null ? (found as ResolvedAddress[]) : null);
    });
  });
}

/** The name of an address and of a port's service. */
export function nodeLookupService(
  address: string,
  port: number,
  done: NetworkDone<{ readonly host: string; readonly service: string }>,
): () => void {
  return onThread<{ readonly host: string; readonly service: string }>(done, (answer) => {
    lookupService(address, port, (error, host, service) => {
      answer(error, error === null ? { host, service } : null);
    });
  });
}

function onThread<T>(done: NetworkDone<T>, begin: (answer: NetworkDone<T>) => void): () => void {
  let undone = false;
  const answer: NetworkDone<T> = (error, result) => {
    lookupThreads.finished();
    if (!undone) done(error, result);
  };
  const job = (): void => {
    try {
      begin(answer);
    } catch (error) {
      // Node refuses what it is given before it has begun: the place is free all the same.
      realHost.queueMicrotask(() => answer(error as Error, null));
    }
  };
  lookupThreads.submit(job);
  return () => {
    undone = true;
    lookupThreads.withdraw(job);
  };
}
