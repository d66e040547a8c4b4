// The rules of redirects, without I/O: is this one, where does it lead, with what method, and what may go along.

import { InvalidUrlRedirectError, NonHttpUrlRedirectError } from "../errors.ts";
import type { HeaderMap } from "../headers.ts";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Where the response redirects to, absolute; null when it is no redirect, or names no place. */
export function redirectTarget(status: number, headers: HeaderMap, from: string): URL | null {
  if (!REDIRECTS.has(status)) return null;
  const location = headers.getAll("location")[0] ?? headers.getAll("uri")[0];
  if (location === undefined || location === "") return null;
  let url: URL;
  try {
    // Header bytes are read as latin1; servers send UTF-8.
    url = new URL(Buffer.from(location, "latin1").toString("utf8"), from);
  } catch (cause) {
    throw new InvalidUrlRedirectError(`Redirect to what is not a URL: ${location}`, location, { cause });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new NonHttpUrlRedirectError(`Redirect to ${url.protocol} refused`, url.href);
  }
  if (url.hash === "") url.hash = new URL(from).hash;
  return url;
}

/** 303 makes a GET of everything but HEAD; 301 and 302 of POST, as browsers do; 307 and 308 change nothing. */
export function redirectMethod(status: number, method: string): string {
  if (status === 303) return method === "HEAD" ? "HEAD" : "GET";
  if ((status === 301 || status === 302) && method === "POST") return "GET";
  return method;
}

const CREDENTIALS: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "cookie2",
  "host",
]);
// Secrets travel in headers of many names: what looks like one stays with the origin it was meant for.
const LOOKS_SECRET = /auth|token|secret|passw|credential|session|api-?key|signature|csrf|xsrf|cookie/;

/** True for a header that must not follow a redirect to another origin. */
export function isSensitiveHeader(name: string, also: ReadonlySet<string>): boolean {
  const lower = name.toLowerCase();
  return CREDENTIALS.has(lower) || LOOKS_SECRET.test(lower) || also.has(lower);
}

/** Removes from `headers` what may not go to another origin. */
export function stripSensitive(headers: HeaderMap, also: ReadonlySet<string>): void {
  for (const name of headers.keys()) if (isSensitiveHeader(name, also)) headers.delete(name);
}

/** Removes what describes a body that is no longer sent. */
export function stripBodyHeaders(headers: HeaderMap): void {
  for (const name of headers.keys()) {
    if (name.startsWith("content-")) headers.delete(name);
  }
}
