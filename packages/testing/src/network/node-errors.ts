// Errors as node has them, so that what looks at their codes and fields sees no difference.

/** Numbers of Linux, and of libuv for names. */
const ERRNOS = {
  EADDRINUSE: [-98, "address already in use"],
  EADDRNOTAVAIL: [-99, "address not available"],
  ECONNABORTED: [-103, "software caused connection abort"],
  ECONNREFUSED: [-111, "connection refused"],
  ECONNRESET: [-104, "connection reset by peer"],
  EHOSTUNREACH: [-113, "host is unreachable"],
  EINVAL: [-22, "invalid argument"],
  ENETDOWN: [-100, "network is down"],
  ENETUNREACH: [-101, "network is unreachable"],
  ENOENT: [-2, "no such file or directory"],
  EPIPE: [-32, "broken pipe"],
  ETIMEDOUT: [-110, "connection timed out"],
} as const;

export type NetworkErrorCode = keyof typeof ERRNOS;

/** How looking up a name may fail: there is no such name; ask later; the server has failed. */
export type LookupErrorCode = "ENOTFOUND" | "EAI_AGAIN" | "EAI_FAIL";

const LOOKUP_ERRNOS: Readonly<Record<LookupErrorCode, number>> = {
  ENOTFOUND: -3008,
  EAI_AGAIN: -3001,
  EAI_FAIL: -3003,
};

export function isLookupErrorCode(code: string): code is LookupErrorCode {
  return Object.hasOwn(LOOKUP_ERRNOS, code);
}

/** Where something failed: an address, a path, or nowhere in particular. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string } | null;

function details(place: Place): string {
  if (place === null) return "";
  if ("path" in place) return ` ${place.path}`;
  return place.port > 0 ? ` ${place.host}:${place.port}` : ` ${place.host}`;
}

/** `connect ECONNREFUSED 10.0.0.2:80`; `local` is added where node does. */
export function connectError(code: NetworkErrorCode, place: Place, local: string | null = null): Error {
  return systemError("connect", code, details(place) + (local === null ? "" : ` - Local (${local})`), place);
}

/** `bind EADDRINUSE 10.0.0.2:80`: the address to connect from cannot be had. */
export function bindError(code: NetworkErrorCode, place: Place): Error {
  return systemError("bind", code, details(place), place);
}

/** `listen EADDRINUSE: address already in use 10.0.0.2:80` */
export function listenError(code: NetworkErrorCode, place: Place): Error {
  const error = systemError("listen", code, `: ${ERRNOS[code][1]}${details(place)}`, place);
  return place !== null && "path" in place ? Object.assign(error, { port: -1 }) : error;
}

/** `read ECONNRESET`: an established connection has failed. */
export function transferError(syscall: "read" | "write", code: NetworkErrorCode): Error {
  return systemError(syscall, code, "", null);
}

/** `getaddrinfo ENOTFOUND example.test` */
export function lookupError(code: LookupErrorCode, hostname: string): Error {
  const error = new Error(`getaddrinfo ${code} ${hostname}`);
  return Object.assign(error, { errno: LOOKUP_ERRNOS[code], code, syscall: "getaddrinfo", hostname });
}

function systemError(syscall: string, code: NetworkErrorCode, more: string, place: Place): Error {
  const error = Object.assign(new Error(`${syscall} ${code}${more}`), {
    errno: ERRNOS[code][0],
    code,
    syscall,
  });
  if (place === null) return error;
  if ("path" in place) return Object.assign(error, { address: place.path });
  return Object.assign(error, { address: place.host }, place.port > 0 ? { port: place.port } : {});
}
