// What a harvest of the built-in site must end with, told from the site's own source.
import { demoPage, drawing, numbers, PRINT_STYLE, STYLE } from "../../src/demo/demo-pages.ts";

/** The files of a copy of the built-in site with so many pages, without the two pages that it makes up as it goes. */
export function expectedFiles(pages: number): Map<string, Buffer> {
  const files = new Map<string, Buffer>([
    ["index.html", Buffer.from(demoPage(0, pages))],
    ["style.css", Buffer.from(STYLE)],
    ["print.css", Buffer.from(PRINT_STYLE)],
    ["images/loop.svg", Buffer.from(drawing(40))],
    ["images/paper.svg", Buffer.from(drawing(3))],
    ["download/numbers.bin", Buffer.concat([...numbers(64)])],
  ]);
  for (let page = 1; page < pages; page += 1)
    files.set(`pages/${page}.html`, Buffer.from(demoPage(page, pages)));
  return files;
}
