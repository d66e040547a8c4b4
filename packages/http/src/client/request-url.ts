// From what the caller gives as URL and `params` to what goes on the wire: origin, request target, credentials.

import { InvalidURL, NonHttpUrlError } from "../errors.ts";

type ParamValue = string | number | bigint | boolean | null | undefined;

/** Query parameters. `undefined` and `null` values are left out, arrays repeat the name. */
export type Params =
  | string
  | URLSearchParams
  | Readonly<Record<string, ParamValue | readonly ParamValue[]>>
  | Iterable<readonly [string, string]>;

/** A request URL taken apart. */
export interface RequestUrl {
  /** Absolute, without credentials; with its fragment. */
  readonly href: string;
  /** `http://host:port` */
  readonly origin: string;
  /** Path and query, as they go into the request line. */
  readonly target: string;
  /** From `http://user:password@host`, still to be sent as a header. */
  readonly credentials: Credentials | null;
}

export interface Credentials {
  readonly login: string;
  readonly password: string;
}

/** @throws {InvalidURL} when it is no URL, {@link NonHttpUrlError} when it is one of another scheme */
export function resolveUrl(
  input: string | URL,
  base: string | undefined,
  params: Params | undefined,
): RequestUrl {
  let url: URL;
  try {
    url = new URL(input, base);
  } catch (cause) {
    const hint = base === undefined ? " (a relative URL needs a session with baseUrl)" : "";
    throw new InvalidURL(`Not a URL: ${String(input)}${hint}`, String(input), { cause });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new NonHttpUrlError(`Not an HTTP URL: ${url.protocol}`, url.href);
  }
  return splitUrl(url, params === undefined ? "" : encodeParams(params));
}

/** Takes a URL apart; `query` is appended to the query it has. */
export function splitUrl(url: URL, query: string = ""): RequestUrl {
  const credentials = takeCredentials(url);
  // Appended as text: going through url.searchParams would re-encode the query that is there already.
  if (query !== "") url.search = url.search === "" ? query : `${url.search}&${query}`;
  return { href: url.href, origin: url.origin, target: url.pathname + url.search, credentials };
}

function takeCredentials(url: URL): Credentials | null {
  if (url.username === "" && url.password === "") return null;
  const credentials = { login: unescape(url.username), password: unescape(url.password) };
  url.username = "";
  url.password = "";
  return credentials;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function encodeParams(params: Params): string {
  if (typeof params === "string") return params.startsWith("?") ? params.slice(1) : params;
  if (params instanceof URLSearchParams) return params.toString();
  const query = new URLSearchParams();
  if (Symbol.iterator in params) {
    for (const [name, value] of params) query.append(name, value);
    return query.toString();
  }
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? (value as readonly ParamValue[]) : [value as ParamValue]) {
      if (one !== undefined && one !== null) query.append(name, String(one));
    }
  }
  return query.toString();
}

/** The value of an Authorization header. */
export function basicAuth(credentials: Credentials): string {
  return `Basic ${Buffer.from(`${credentials.login}:${credentials.password}`, "utf8").toString("base64")}`;
}
