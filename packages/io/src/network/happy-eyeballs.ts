// Happy eyeballs (RFC 8305): the addresses of a host are tried one after another, a little apart, and the first that answers wins.
import { staggeredRace, type Coroutine } from "corio";
import { suspend, type HostNetwork, type ResolvedAddress, type Transport } from "corio/lowlevel";
import { ConnectError } from "../errors.ts";
import { attemptsError, connectError } from "./connect-errors.ts";

/** An address to try, and the local one to bind before, if any. */
export interface Attempt {
  readonly to: { readonly host: string; readonly port: number };
  readonly from: { readonly host?: string | undefined; readonly port?: number | undefined } | undefined;
}

/** Changes the family from one address to the next, as long as there are both; within a family the order stays (RFC 8305, 4). */
export function interleave(addresses: readonly ResolvedAddress[]): ResolvedAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const other = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const mixed: ResolvedAddress[] = [];
  for (let i = 0; i < Math.max(first.length, other.length); i++) {
    if (i < first.length) mixed.push(first[i]!);
    if (i < other.length) mixed.push(other[i]!);
  }
  return mixed;
}

/**
 * Connects to the first of the addresses that answers. Each is tried `delay` ms after the one before, or as soon as that one has failed;
 * null: only then. The others are aborted, and nothing of them is left when this ends. When none answers, the error has what each said. A
 * cancel point.
 */
export function* connectFirst(
  network: HostNetwork,
  attempts: readonly Attempt[],
  delay: number | null,
  name: { readonly host: string; readonly port: number },
): Coroutine<Transport> {
  if (attempts.length === 1) return yield* connectOne(network, attempts[0]!);
  // A connection that was made while the race was being cancelled belongs to nobody else.
  const made = new Set<Transport>();
  try {
    const race = yield* staggeredRace(
      attempts.map(
        (attempt) =>
          function* connect(): Coroutine<Transport> {
            const transport = yield* connectOne(network, attempt);
            made.add(transport);
            return transport;
          },
      ),
      { delay },
    );
    if (race.index === null) throw raceError(race.errors, name);
    made.delete(race.value);
    return race.value;
  } finally {
    for (const transport of made) transport.abort();
  }
}

function raceError(
  errors: readonly unknown[],
  name: { readonly host: string; readonly port: number },
): unknown {
  // Anything but a refusal of the system is a bug, and is told as it is.
  const strange = errors.find((error) => !(error instanceof ConnectError));
  return strange ?? attemptsError(errors as readonly ConnectError[], name);
}

/** One address. Cancelled, the attempt is undone and its descriptor closed at once. A cancel point. */
export function* connectOne(network: HostNetwork, { to, from }: Attempt): Coroutine<Transport> {
  try {
    return yield* suspend<Transport>(function aConnection(resolve, reject) {
      return network.connect({ to, from }, (error, transport) => {
        if (error === null) resolve(transport!);
        else reject(error);
      });
    });
  } catch (error) {
    throw connectError(error, to, "connect to", from);
  }
}
