// The built-in site in the test's own process, which knows what is asked of it and can act at a given request.
import { run } from "corio";
import { Response, withServer } from "@corio/http";
import { demoSite, type DemoOptions } from "../../src/demo/demo-site.ts";

export interface Site {
  readonly url: string;
  /** Paths in the order in which they were asked for. */
  readonly requests: string[];
  /** Called with each request, before it is answered; a response that it gives is the answer. */
  onRequest: (path: string) => unknown;
}

/** Serves the built-in site for the length of a body. */
export async function withSite(options: DemoOptions, body: (site: Site) => Promise<void>): Promise<void> {
  await run(() => {
    const app = demoSite(options);
    const site = { url: "", requests: [] as string[], onRequest: (_path: string): unknown => undefined };
    app.use(async (request, handler) => {
      site.requests.push(request.path);
      const answer = await site.onRequest(request.path);
      return answer instanceof Response ? answer : await handler(request);
    });
    return withServer(app, { host: "127.0.0.1", port: 0, grace: 0 }, async ({ url }) => {
      site.url = `${url}/`;
      await body(site);
    });
  });
}
