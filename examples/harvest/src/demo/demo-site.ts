// The built-in site, served by @corio/http: pages, and everything that can go wrong with a page.
import { sleep } from "corio";
import {
  Application,
  html,
  HttpNotFound,
  HttpServiceUnavailable,
  redirect,
  Response,
  text,
} from "@corio/http";
import { demoPage, drawing, numbers, PRINT_STYLE, STYLE } from "./demo-pages.ts";

export interface DemoOptions {
  /** Default 120, and a few things more. */
  readonly pages?: number;
  /** Milliseconds that each answer is late, as those of distant servers are. Default 0. */
  readonly latency?: number;
}

/** A site that serves its pages the same every time. */
export function demoSite({ pages = 120, latency = 0 }: DemoOptions = {}): Application {
  const app = new Application();
  if (latency > 0) {
    app.use(async (request, handler) => {
      await sleep(latency);
      return await handler(request);
    });
  }
  const of = (type: string, body: string): Response =>
    new Response(body, { headers: { "content-type": type } });
  let visits = 0;
  app.get("/", () => html(demoPage(0, pages)));
  app.get("/pages/:file(\\d+\\.html)", ({ params }) => {
    const page = Number.parseInt(params.file, 10);
    if (page < 1 || page >= pages) throw new HttpNotFound();
    return html(demoPage(page, pages));
  });
  app.get("/slow.html", async () => {
    await sleep(700);
    return html("<title>Slow</title><p>Nobody waited for this page but the one who asked for it.</p>");
  });
  app.get("/busy.html", () => {
    visits += 1;
    if (visits % 2 === 1) throw new HttpServiceUnavailable("Try again");
    return html("<title>Busy</title><p>The second attempt is served.</p>");
  });
  app.get("/moved.html", () => redirect("/pages/1.html", 301));
  app.get("/download/numbers.bin", () => new Response(numbers(64)));
  app.get("/images/loop.svg", () => of("image/svg+xml", drawing(40)));
  app.get("/images/paper.svg", () => of("image/svg+xml", drawing(3)));
  app.get("/style.css", () => of("text/css; charset=utf-8", STYLE));
  app.get("/print.css", () => of("text/css; charset=utf-8", PRINT_STYLE));
  app.get("/private/diary.html", () => html("<title>Diary</title><p>No robot has ever read this.</p>"));
  app.get("/robots.txt", () => text("User-agent: *\nDisallow: /private/\n"));
  return app;
}
