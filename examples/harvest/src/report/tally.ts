// What was done so far: the figures of the progress bar and of the report.
import { isBroken, type Page } from "../site/page.ts";

const SLOWEST = 5;

export class Tally {
  readonly started: number = performance.now();
  /** Paths brought by this run, in the order of their recording. */
  readonly paths: string[] = [];
  bytes = 0;
  links = 0;
  words = 0;
  broken = 0;
  retries = 0;
  /** Not fetched, as robots.txt asks. */
  forbidden = 0;
  /** Not fetched, as `--limit` asks. */
  beyond = 0;
  /** Fetched by earlier runs. */
  before = 0;
  slowest: readonly Page[] = [];

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** Counts a page that has been recorded. */
  add(page: Page): void {
    this.paths.push(page.path);
    this.bytes += page.bytes ?? 0;
    this.links += page.links.length;
    this.words += page.words;
    if (isBroken(page)) this.broken += 1;
    const fastest = this.slowest[SLOWEST - 1];
    if (fastest !== undefined && fastest.elapsed >= page.elapsed) return;
    const bare = { ...page, text: "", links: [] }; // the report needs no more of it
    this.slowest = [...this.slowest, bare].sort((a, b) => b.elapsed - a.elapsed).slice(0, SLOWEST);
  }
}
