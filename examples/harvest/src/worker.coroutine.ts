// The hot loop, in the dialect of coroutines: worker.ts with `function*` for `async function` and `yield*` for `await`.
import { sleep, timeout, TimeoutError, type Coroutine } from "corio";
import { ClientError, type ClientResponse } from "@corio/http";
import type { Crawl } from "./crawl.ts";
import { extract, isDocument, LARGEST_DOCUMENT } from "./site/extract.ts";
import { failedPage, isPassing, otherAnswer, wholePage, type Page } from "./site/page.ts";

/** Takes a path, brings its page, hands it on, until it is cancelled. */
export function* worker(crawl: Crawl): Coroutine<void> {
  for (;;) {
    const path = yield* crawl.todo.get();
    const started = performance.now();
    const page = yield* bring(crawl, path);
    yield* crawl.results.put({ ...page, elapsed: performance.now() - started });
  }
}

/** Fetches a page and saves its file. Each attempt has a deadline; another one follows a failure, later and later. */
export function* bring(crawl: Crawl, path: string): Coroutine<Page> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return yield* timeout(crawl.options.timeout, () => fetchPage(crawl, path));
    } catch (error) {
      if (!(error instanceof TimeoutError || error instanceof ClientError)) throw error;
      if (attempt === crawl.options.retries) {
        yield* crawl.mustAnswer();
        return failedPage(path, error);
      }
      crawl.tally.retries += 1;
      yield* sleep(100 * 2 ** attempt);
    }
  }
}

function* fetchPage(crawl: Crawl, path: string): Coroutine<Page> {
  const url = crawl.origin + path;
  const receive = (response: ClientResponse): Coroutine<Page> => savePage(crawl, path, response);
  const page = yield* crawl.session.get(url, { allowRedirects: false }, receive);
  // Where `/` redirects to `/index.html`, which is the same page, the redirect is followed.
  return page.bytes === null && page.links.includes(path) ? yield* crawl.session.get(url, {}, receive) : page;
}

function* savePage({ folder }: Crawl, path: string, response: ClientResponse): Coroutine<Page> {
  if (isPassing(response.status)) response.raiseForStatus();
  if (response.status !== 200) return otherAnswer(path, response);
  if (!isDocument(response.contentType))
    return wholePage(path, response, yield* folder.save(path, response.content));
  const body = yield* response.read({ maxSize: LARGEST_DOCUMENT });
  return wholePage(
    path,
    response,
    yield* folder.save(path, body),
    extract(body, response.contentType, response.charset, response.url),
  );
}
