// What the system says when a connection or a listener fails, in the classes that callers see.
import {
  AddressInUseError,
  AddressNotAvailableError,
  ConnectError,
  ConnectionRefusedError,
  ConnectTimeoutError,
  HostUnreachableError,
} from "../errors.ts";

/** Where to: an address and a port, or the path of a Unix socket. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** What a connection was to come from, as far as it was said. */
export interface LocalPlace {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/** What is being done, as the message says it. */
export type ConnectOperation = "connect to" | "listen on" | "bind" | "send to";

type ConnectErrorClass = new (...args: ConstructorParameters<typeof ConnectError>) => ConnectError;

interface Kind {
  readonly class: ConnectErrorClass;
  readonly says: string;
  /** Among the failures of several addresses the highest speaks for all: who was refused has at least found the machine. */
  readonly rank: number;
}

const refused: Kind = { class: ConnectionRefusedError, says: "nothing listens there", rank: 5 };
const noSocket: Kind = { class: ConnectionRefusedError, says: "there is no such socket", rank: 5 };
const silent: Kind = { class: ConnectTimeoutError, says: "nobody answers", rank: 3 };
const unreachable: Kind = { class: HostUnreachableError, says: "no way leads there", rank: 1 };
const inUse: Kind = { class: AddressInUseError, says: "the address is in use", rank: 2 };
/** Of the address that a connection was to come from. */
const localInUse = "that local address is in use";
const notAvailable: Kind = {
  class: AddressNotAvailableError,
  says: "the local address cannot be used for it",
  rank: 2,
};
const forbidden: Kind = { class: ConnectError, says: "the system does not permit it", rank: 4 };
const reset: Kind = { class: ConnectError, says: "the other end has reset the connection", rank: 4 };
const noFiles: Kind = { class: ConnectError, says: "too many files are open", rank: 4 };

const kinds: Readonly<Record<string, Kind>> = {
  ECONNREFUSED: refused,
  ENOENT: noSocket,
  ETIMEDOUT: silent,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  ENETDOWN: unreachable,
  EADDRINUSE: inUse,
  EADDRNOTAVAIL: notAvailable,
  EACCES: forbidden,
  EPERM: forbidden,
  ECONNRESET: reset,
  EMFILE: noFiles,
  ENFILE: noFiles,
};

/** As `host:port`, an IPv6 address in brackets; or the path, an abstract one as `@name`, as the system's tools write it. */
export function placeText(place: Place): string {
  if ("path" in place) return place.path.replace("\0", "@");
  return place.host.includes(":") ? `[${place.host}]:${place.port}` : `${place.host}:${place.port}`;
}

function localText({ host, port }: LocalPlace): string {
  if (port === undefined) return host ?? "any address";
  return host === undefined ? `port ${port}` : placeText({ host, port });
}

/** Turns a failure of node:net into the error that callers see. Anything else is given back as it is. */
export function connectError(
  error: unknown,
  place: Place,
  operation: ConnectOperation = "connect to",
  from?: LocalPlace,
): unknown {
  if (!(error instanceof Error) || error instanceof ConnectError) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== "string" || syscall === undefined) return error;
  const kind = kinds[code];
  const address = placeText(place);
  const origin = from === undefined ? "" : ` from ${localText(from)}`;
  const says = from !== undefined && kind === inUse ? localInUse : (kind?.says ?? error.message);
  const text = `Cannot ${operation} ${address}${origin}: ${says} (${code})`;
  return new (kind?.class ?? ConnectError)(text, { code, address, cause: error });
}

/** One error for all addresses of a name: of the class that tells most, with what each address said. */
export function attemptsError(attempts: readonly ConnectError[], place: Place): ConnectError {
  const rank = (error: ConnectError): number => kinds[error.code]?.rank ?? 4;
  const telling = attempts.reduce((best, error) => (rank(error) > rank(best) ? error : best));
  const { code } = telling;
  const address = placeText(place);
  const says = kinds[code]?.says ?? "it failed";
  const each = attempts.map((error) => `${error.address} ${error.code}`).join(", ");
  return new (telling.constructor as ConnectErrorClass)(
    `Cannot connect to ${address}: ${says} (${code}); tried ${each}`,
    {
      code,
      address,
      attempts,
      cause: new AggregateError(attempts, `Cannot connect to ${address}: tried ${each}`),
    },
  );
}
