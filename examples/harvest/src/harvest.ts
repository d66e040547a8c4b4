// The harvest: a group of workers over a bounded queue, a feeder before them and a writer behind them.
import { map, sleep, taskGroup } from "corio";
import { BATCH, type Crawl } from "./crawl.ts";
import type { Page } from "./site/page.ts";
import { showProgress, type Screen } from "./report/progress.ts";
import type { Store } from "./store.ts";

export interface HarvestTools {
  readonly crawl: Crawl;
  readonly store: Store;
  readonly screen: Screen;
  readonly worker: (crawl: Crawl) => unknown;
}

/** Copies the site of a crawl, from its start page and from wherever an earlier run stopped. */
export async function harvest({ crawl, store, screen, worker }: HarvestTools, start: string): Promise<void> {
  await resume(crawl, store);
  crawl.discover([start]);
  await taskGroup({ cancellable: true }, async (group) => {
    group.spawn({ name: "progress" }, showProgress, crawl, screen);
    group.spawn({ name: "feeder" }, feed, crawl);
    group.spawn({ name: "writer" }, write, crawl, store);
    for (let i = 1; i <= crawl.options.concurrency; i += 1)
      group.spawn({ name: `worker ${i}` }, worker, crawl);
    await crawl.frontier.join(); // all that was found has been brought and recorded
    group.cancel();
  });
}

/** From what is known to what is next. */
async function feed({ frontier, todo, tally, robots, options }: Crawl): Promise<void> {
  for (let room = options.limit - tally.before; ; room -= 1) {
    const path = await frontier.get();
    if (room <= 0) {
      tally.beyond += 1;
      frontier.taskDone();
    } else {
      await todo.put(path);
      if (robots.delay > 0) await sleep(robots.delay);
    }
  }
}

/** Records the pages that are whole, many in one transaction; only then are their links followed. */
async function write(crawl: Crawl, store: Store): Promise<void> {
  for (;;) {
    const pages: Page[] = [await crawl.results.get()];
    while (pages.length < BATCH && !crawl.results.empty()) pages.push(crawl.results.getNowait());
    await store.save(pages);
    for (const page of pages) {
      crawl.tally.add(page);
      crawl.discover(page.links);
      crawl.frontier.taskDone();
    }
  }
}

/** Takes up where an earlier run stopped: a page is done if it is recorded and its file is there. */
async function resume(crawl: Crawl, store: Store): Promise<void> {
  const pages = await store.donePages();
  const isThere = async ({ path, bytes }: { path: string; bytes: number | null }): Promise<boolean> => {
    return bytes === null || (await crawl.folder.sizeOf(path)) === bytes;
  };
  const there = await map(pages, isThere, { concurrency: 32 });
  const lost = pages.filter((_, index) => !there[index]).map((page) => page.path);
  if (lost.length > 0) await store.forget(lost);
  crawl.markDone(pages.filter((_, index) => there[index]).map((page) => page.path));
  crawl.discover([...lost, ...(await store.knownPaths())]);
}
