// The built-in site in a process of its own, which dies at a given request: vanishing-site.ts PAGES REQUEST
import { sleepForever } from "corio";
import { withSite } from "./site.ts";

const [pages, request] = process.argv.slice(2).map(Number);
await withSite({ pages: pages! }, async (site) => {
  site.onRequest = () => site.requests.length === request && process.exit();
  process.send!(site.url);
  await sleepForever();
});
