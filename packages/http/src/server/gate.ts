// What node's parser lets through and this server does not. Each rule closes a way to make two readers of one request
// disagree about it.

import type { IncomingMessage } from "node:http";

export interface Refusal {
  readonly status: number;
  readonly message: string;
}

// reg-name, IPv4 or [IPv6], with an optional port (RFC 3986). Slashes, @ and the like make other readers see another host.
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]{0,5})?$/;
const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

/** Null when the request may pass. Whoever is refused is answered, and the connection closed. */
export function checkRequest(message: IncomingMessage, maxHeaders: number): Refusal | null {
  const { rawHeaders } = message;
  const { httpVersionMajor, httpVersionMinor } = message;
  if (httpVersionMajor !== 1 || httpVersionMinor > 1) return refuse(505, "HTTP version is not 1.0 or 1.1");
  if (rawHeaders.length > maxHeaders * 2) return refuse(431, `More than ${maxHeaders} header fields`);
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  if (hosts > 1) return refuse(400, "More than one Host header");
  const { host } = message.headers;
  if (host !== undefined && !HOST.test(host)) return refuse(400, "Host header is not a host");
  if (httpVersionMinor === 0 && message.headers["transfer-encoding"] !== undefined) {
    return refuse(400, "Transfer-Encoding in HTTP/1.0");
  }
  return checkTarget(message.url ?? "", message.method ?? "", host);
}

function checkTarget(target: string, method: string, host: string | undefined): Refusal | null {
  if (target.startsWith("/")) return null;
  if (target === "*") return method === "OPTIONS" ? null : refuse(400, "Target * is for OPTIONS only");
  const authority = ABSOLUTE.exec(target)?.[1];
  if (authority === undefined) return refuse(400, "Request target is not a path");
  if (authority.toLowerCase() !== host?.toLowerCase())
    return refuse(400, "Request target and Host header disagree");
  return null;
}

/** The target as `/path?query`, whichever form it came in. */
export function originForm(target: string): string {
  if (target.startsWith("/") || target === "*") return target;
  const rest = target.slice(ABSOLUTE.exec(target)?.[0].length ?? 0);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

function refuse(status: number, message: string): Refusal {
  return { status, message };
}
