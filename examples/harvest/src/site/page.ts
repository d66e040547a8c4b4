// A page, or any other file of the site, as the crawl found it.
import { ClientResponseError, type ClientResponse } from "@corio/http";
import { NOTHING, type Extract } from "./extract.ts";
import { resolveLink } from "./urls.ts";

export interface Page extends Extract {
  /** Where it is, from the root of the site. */
  readonly path: string;
  /** What the server said. Null: it gave no answer, or not all of it, and `error` says why. */
  readonly status: number | null;
  /** Why there is no page. A page with an error is tried again by the next run. */
  readonly error: string | null;
  readonly type: string;
  /** The size of its file. Null: there is none. */
  readonly bytes: number | null;
  /** How long it took, with all attempts, in milliseconds. */
  readonly elapsed: number;
}

/** A page whose file is whole. */
export function wholePage(
  path: string,
  response: ClientResponse,
  bytes: number,
  extract: Extract = NOTHING,
): Page {
  return {
    ...extract,
    path,
    status: response.status,
    error: null,
    type: response.contentType,
    bytes,
    elapsed: 0,
  };
}

/** An answer that is no page: a redirect is a link to elsewhere, all else leads nowhere. */
export function otherAnswer(path: string, response: ClientResponse): Page {
  const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
  const target =
    location === null ? undefined : resolveLink(location, response.url, new URL(response.url).origin);
  const links = target === undefined ? [] : [target];
  return {
    ...NOTHING,
    links,
    path,
    status: response.status,
    error: null,
    type: response.contentType,
    bytes: null,
    elapsed: 0,
  };
}

/** What is left when the last attempt has failed. */
export function failedPage(path: string, error: Error): Page {
  const status = error instanceof ClientResponseError ? error.status : null;
  return { ...NOTHING, path, status, error: error.message, type: "", bytes: null, elapsed: 0 };
}

/** Answers that another attempt may better: too many requests, and the server's own troubles. */
export function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

export function isBroken(page: Page): boolean {
  return page.status === null || page.status >= 400;
}
