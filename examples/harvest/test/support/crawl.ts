// A crawl of a site that nobody asks.
import { Session } from "@corio/http";
import { Crawl, type CrawlParts } from "../../src/crawl.ts";
import { parseRobots } from "../../src/site/robots.ts";
import { SiteFolder } from "../../src/site/site-folder.ts";

export function makeCrawl(parts: Partial<CrawlParts> = {}): Crawl {
  return new Crawl({
    origin: "http://a.test",
    options: { concurrency: 4, limit: Infinity, timeout: 1000, retries: 0 },
    session: new Session(),
    robots: parseRobots("http://a.test", "User-agent: *\nDisallow: /private/"),
    folder: new SiteFolder("nowhere"),
    ...parts,
  });
}
