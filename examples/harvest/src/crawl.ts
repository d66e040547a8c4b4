// What the tasks of a harvest share.
import { call, Queue, type Awaitable } from "corio";
import type { Session } from "@corio/http";
import type { HarvestOptions } from "./options.ts";
import type { Page } from "./site/page.ts";
import { fetchRobots, type Robots } from "./site/robots.ts";
import type { SiteFolder } from "./site/site-folder.ts";
import { Tally } from "./report/tally.ts";

/** The most pages that are recorded together. */
export const BATCH = 50;

export interface CrawlParts {
  readonly origin: string;
  readonly options: Pick<HarvestOptions, "concurrency" | "limit" | "timeout" | "retries">;
  readonly session: Session;
  readonly robots: Robots;
  readonly folder: SiteFolder;
}

export class Crawl implements CrawlParts {
  /** What it was made of. */
  readonly parts: CrawlParts;
  readonly origin: string;
  readonly options: CrawlParts["options"];
  readonly session: Session;
  readonly robots: Robots;
  readonly folder: SiteFolder;
  readonly tally: Tally = new Tally();
  /** Paths that are known and not brought. It has no bound, for whoever finds links must not wait: nothing waits in a ring. */
  readonly frontier: Queue<string> = new Queue(Infinity);
  /** What the workers take. */
  readonly todo: Queue<string>;
  /** What the workers give: pages whose files are whole. */
  readonly results: Queue<Page> = new Queue(BATCH);
  readonly #seen = new Set<string>();

  constructor(parts: CrawlParts) {
    this.parts = parts;
    this.origin = parts.origin;
    this.options = parts.options;
    this.session = parts.session;
    this.robots = parts.robots;
    this.folder = parts.folder;
    this.todo = new Queue(parts.options.concurrency);
  }

  /** Puts each path of the site in the frontier that was not seen before and that robots.txt allows. */
  discover(targets: Iterable<string>): void {
    for (const target of targets) {
      if (!target.startsWith("/") || this.#seen.has(target)) continue;
      this.#seen.add(target);
      if (this.robots.allows(target)) this.frontier.putNowait(target);
      else this.tally.forbidden += 1;
    }
  }

  /** Pages that are there from an earlier run. */
  markDone(paths: readonly string[]): void {
    for (const path of paths) this.#seen.add(path);
    this.tally.before += paths.length;
  }

  /** A page has failed. Is it the page, or the site? For both dialects. @throws {SiteUnreachable} */
  mustAnswer(): Awaitable<unknown> {
    return call(fetchRobots, this.session, this.origin, this.options.timeout);
  }
}
