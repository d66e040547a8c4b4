// How long the same work takes one request at a time: measured on a few pages, not on all.
import { moveOnAfter } from "corio";
import { removeTree } from "@corio/files";
import { Crawl } from "../crawl.ts";
import { SiteFolder } from "../site/site-folder.ts";
import type { Store } from "../store.ts";
import { bring } from "../worker.ts";

export interface Sample {
  /** How many pages were fetched again. */
  readonly pages: number;
  /** How long all pages would take, in milliseconds. */
  readonly estimate: number;
}

const ORDINARY = 20;
const LONGEST = 3000;

/**
 * Brings some pages again, one after the other, to a folder aside and to the database and back, for three seconds at most: the
 * slowest ones, which count for themselves, and ordinary ones, which count for the rest. Null if there was no time for any.
 */
export async function measureSample(crawl: Crawl, store: Store, aside: string): Promise<Sample | null> {
  const { paths, slowest } = crawl.tally;
  const slow = slowest.map((page) => page.path);
  const rest = paths.filter((path) => !slow.includes(path));
  const step = Math.max(1, Math.floor(rest.length / ORDINARY));
  const ordinary = rest.filter((_, index) => index % step === 0).slice(0, ORDINARY);
  const alone = new Crawl({ ...crawl.parts, folder: new SiteFolder(aside) });
  try {
    const slowTimes = await bringOneByOne(alone, store, slow);
    const times = await bringOneByOne(alone, store, ordinary);
    const [forSlow, forRest] = [slowTimes, times].map((list) => list.reduce((sum, time) => sum + time, 0));
    if (times.length === 0 && (rest.length > 0 || slowTimes.length === 0)) return null;
    const estimate =
      forSlow! + (times.length === 0 ? 0 : (forRest! / times.length) * (paths.length - slowTimes.length));
    return { pages: slowTimes.length + times.length, estimate };
  } finally {
    await removeTree(aside, { missingOk: true });
  }
}

/** The time of each page, as far as there was time. */
async function bringOneByOne(crawl: Crawl, store: Store, paths: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  await moveOnAfter(LONGEST / 2, async () => {
    for (const path of paths) {
      const started = performance.now();
      await store.rehearse(await bring(crawl, path));
      times.push(performance.now() - started);
    }
  });
  return times;
}
