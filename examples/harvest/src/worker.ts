// The hot loop, in the dialect of async functions. worker.coroutine.ts has the same in coroutines.
import { sleep, timeout, TimeoutError } from "corio";
import { ClientError, type ClientResponse } from "@corio/http";
import type { Crawl } from "./crawl.ts";
import { extract, isDocument, LARGEST_DOCUMENT } from "./site/extract.ts";
import { failedPage, isPassing, otherAnswer, wholePage, type Page } from "./site/page.ts";

/** Takes a path, brings its page, hands it on, until it is cancelled. */
export async function worker(crawl: Crawl): Promise<void> {
  for (;;) {
    const path = await crawl.todo.get();
    const started = performance.now();
    const page = await bring(crawl, path);
    await crawl.results.put({ ...page, elapsed: performance.now() - started });
  }
}

/** Fetches a page and saves its file. Each attempt has a deadline; another one follows a failure, later and later. */
export async function bring(crawl: Crawl, path: string): Promise<Page> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await timeout(crawl.options.timeout, () => fetchPage(crawl, path));
    } catch (error) {
      if (!(error instanceof TimeoutError || error instanceof ClientError)) throw error;
      if (attempt === crawl.options.retries) {
        await crawl.mustAnswer();
        return failedPage(path, error);
      }
      crawl.tally.retries += 1;
      await sleep(100 * 2 ** attempt);
    }
  }
}

async function fetchPage(crawl: Crawl, path: string): Promise<Page> {
  const url = crawl.origin + path;
  const receive = (response: ClientResponse): Promise<Page> => savePage(crawl, path, response);
  const page = await crawl.session.get(url, { allowRedirects: false }, receive);
  // Where `/` redirects to `/index.html`, which is the same page, the redirect is followed.
  return page.bytes === null && page.links.includes(path) ? await crawl.session.get(url, {}, receive) : page;
}

async function savePage({ folder }: Crawl, path: string, response: ClientResponse): Promise<Page> {
  if (isPassing(response.status)) response.raiseForStatus();
  if (response.status !== 200) return otherAnswer(path, response);
  if (!isDocument(response.contentType))
    return wholePage(path, response, await folder.save(path, response.content));
  const body = await response.read({ maxSize: LARGEST_DOCUMENT });
  return wholePage(
    path,
    response,
    await folder.save(path, body),
    extract(body, response.contentType, response.charset, response.url),
  );
}
