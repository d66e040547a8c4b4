// Runs a module in a page of headless Chromium, and gives the text that it leaves in the document.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** The page tells the server that it came from what it says in the end: no debugger, no driver. */
const html = `<!doctype html><meta charset="utf-8"><body><script type="module">
  const tell = (text) => fetch("/result", { method: "POST", body: text });
  addEventListener("error", (event) => tell("FAIL the page: " + event.message));
  addEventListener("unhandledrejection", (event) => setTimeout(() => {
    if (!event.defaultPrevented) tell("FAIL the page: unhandled rejection: " + event.reason);
  }));
  import("/module.mjs").then(
    () => tell(document.body.textContent),
    (error) => tell("FAIL the page: " + (error.stack ?? error)),
  );
</script>`;

export async function textOfPage(
  browser: string,
  code: string,
  folder: string,
  limit: number,
): Promise<string> {
  let told = (_text: string): void => {};
  const result = new Promise<string>((resolve) => (told = resolve));
  const server = createServer((request, response) => {
    if (request.url === "/result") {
      let text = "";
      request.setEncoding("utf8").on("data", (part: string) => (text += part));
      request.on("end", () => {
        response.end();
        told(text);
      });
    } else if (request.url === "/module.mjs") {
      response.setHeader("content-type", "text/javascript; charset=utf-8").end(code);
    } else if (request.url === "/") {
      response.setHeader("content-type", "text/html; charset=utf-8").end(html);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const profile = mkdtempSync(join(folder, "profile-"));
  const args = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-dev-shm-usage",
  ];
  const child = spawn(browser, [...args, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`], {
    stdio: "ignore",
  });
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  child.on("error", (error) => told(`FAIL the browser: ${error.message}`));
  const timer = setTimeout(() => told(`FAIL the page: nothing was told within ${limit} ms`), limit);
  try {
    return await result;
  } finally {
    clearTimeout(timer);
    child.kill("SIGTERM");
    await closed;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
