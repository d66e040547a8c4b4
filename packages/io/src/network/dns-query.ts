// Look-ups that ask name servers, without the system: by c-ares, which takes no thread and can be stopped.
import { Resolver as Cares, type RecordWithTtl } from "node:dns";
import type { NetworkDone, ResolvedAddress } from "corio/lowlevel";

export interface DnsQueryOptions {
  readonly servers: readonly string[] | null;
  /** Milliseconds to wait for a server's answer. */
  readonly timeout: number;
  readonly tries: number;
}

export interface DnsAnswer {
  readonly addresses: readonly ResolvedAddress[];
  /** Milliseconds for which the servers say that it holds. */
  readonly lifetime: number;
}

/** Asks for AAAA and A at the same time. What the answers say is joined when both are there; one that fails does not spoil the other. */
export function dnsQuery(
  name: string,
  family: 0 | 4 | 6,
  { servers, timeout, tries }: DnsQueryOptions,
  done: NetworkDone<DnsAnswer>,
): () => void {
  // A channel of its own for each look-up: cancelling stops all that is asked on one.
  const cares = new Cares({ timeout, tries });
  if (servers !== null) cares.setServers(servers);
  const addresses: ResolvedAddress[] = [];
  const errors: Error[] = [];
  let lifetime = Infinity;
  let undone = false;
  let open = 0;
  const answered = (which: 4 | 6, error: Error | null, records: readonly RecordWithTtl[]): void => {
    open--;
    if (undone) return;
    if (error !== null) errors.push(error);
    else {
      for (const { address, ttl } of records) {
        addresses.push({ address, family: which });
        lifetime = Math.min(lifetime, ttl * 1000);
      }
    }
    if (open > 0) return;
    if (addresses.length === 0) done(tellingError(errors), null);
    else done(null, { addresses: addresses.toSorted((a, b) => b.family - a.family), lifetime });
  };
  for (const which of [6, 4] as const) {
    if (family !== 0 && family !== which) continue;
    open++;
    const ask = which === 6 ? cares.resolve6.bind(cares) : cares.resolve4.bind(cares);
    ask(name, { ttl: true }, (error, records) => answered(which, error, records));
  }
  return () => {
    undone = true;
    cares.cancel();
  };
}

/** One of two failures: that a server did not answer leaves open what the other server's "no" seems to settle. */
function tellingError(errors: readonly Error[]): Error {
  const unsure = (error: Error): boolean =>
    !/^(?:ENOTFOUND|ENODATA)$/.test((error as { code?: string }).code ?? "");
  const absent = (error: Error): boolean => (error as { code?: string }).code === "ENOTFOUND";
  return errors.find(unsure) ?? errors.find(absent) ?? errors[0]!;
}
