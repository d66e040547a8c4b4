// What the site asks of robots; and whether it is there at all.
import { timeout, TimeoutError } from "corio";
import { ClientError, type ClientResponse, type Session } from "@corio/http";
import parse from "robots-parser";

export const USER_AGENT = "corio-harvest";

export interface Robots {
  /** May the page at this path of the site be fetched? */
  allows(path: string): boolean;
  /** The time that the site asks for between two requests, in milliseconds. */
  readonly delay: number;
}

/** The site does not answer, not even for its robots.txt: it is not a page that is broken. */
export class SiteUnreachable extends Error {
  readonly code = "SITE_UNREACHABLE";
  override readonly name = "SiteUnreachable";
}

/** Asks the site for its robots.txt. @throws {SiteUnreachable} */
export async function fetchRobots(session: Session, origin: string, limit: number): Promise<Robots> {
  const receive = async (response: ClientResponse): Promise<string> => {
    // RFC 9309: without a robots.txt everything is allowed; with one that the server cannot give, nothing is.
    if (response.status >= 500)
      throw new SiteUnreachable(`${origin}/robots.txt cannot be read: status ${response.status}`);
    return response.status === 200 ? await response.text({ maxSize: 512 * 1024 }) : "";
  };
  try {
    return parseRobots(origin, await timeout(limit, () => session.get(`${origin}/robots.txt`, {}, receive)));
  } catch (error) {
    if (!(error instanceof ClientError || error instanceof TimeoutError)) throw error;
    throw new SiteUnreachable(`${origin} does not answer: ${error.message}`, { cause: error });
  }
}

/** Reads a robots.txt; an empty one allows everything. */
export function parseRobots(origin: string, text: string): Robots {
  const robots = (parse as unknown as typeof parse.default)(`${origin}/robots.txt`, text);
  return {
    allows: (path) => robots.isAllowed(origin + path, USER_AGENT) !== false,
    delay: (robots.getCrawlDelay(USER_AGENT) ?? 0) * 1000,
  };
}
