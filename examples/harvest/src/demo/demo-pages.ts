// The pages of the built-in site: any number of them, the same every time, linked as a tree with short cuts.

const TOPICS = (
  "the event loop|a coroutine|a task group|structured concurrency|cancellation|a deadline|a shielded block|back-pressure|" +
  "a bounded queue|a semaphore|a connection pool|a transaction|a prepared statement|a streamed body|a retry|an atomic file"
).split("|");
const DOINGS = (
  "waits for|hands over to|never outlives|is cancelled with|is scheduled beside|gives way to|cleans up after|holds back|" +
  "is paused by|resumes after|reports to|belongs to"
).split("|");

const CHILDREN = 10;

/** A number for each place in the site, scattered but always the same. */
function scatter(...seeds: number[]): number {
  let hash = 2166136261;
  for (const seed of seeds) hash = Math.imul(hash ^ seed, 16777619) ^ (hash >>> 15);
  return hash >>> 0;
}

function pick(list: readonly string[], ...seeds: number[]): string {
  return list[scatter(...seeds) % list.length] ?? "";
}

function sentence(page: number, index: number): string {
  const text = `${pick(TOPICS, page, index, 1)} ${pick(DOINGS, page, index, 2)} ${pick(TOPICS, page, index, 3)}`;
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

function link(page: number): string {
  return page === 0 ? `<a href="/">Start</a>` : `<a href="/pages/${page}.html">${titleOf(page)}</a>`;
}

function titleOf(page: number): string {
  return page === 0 ? "The built-in site" : `Page ${page}: ${pick(TOPICS, page)}`;
}

/** Page number `page` of a site of `pages`, as HTML. Page 0 is the start page, and knows of everything that is special. */
export function demoPage(page: number, pages: number): string {
  const children = Array.from({ length: CHILDREN }, (_, index) => page * CHILDREN + index + 1).filter(
    (child) => child < pages,
  );
  const elsewhere = Array.from({ length: 4 }, (_, index) => scatter(page, index) % pages);
  const text = Array.from({ length: 5 }, (_, paragraph) => {
    return `<p>${Array.from({ length: 8 }, (_, index) => sentence(page, paragraph * 8 + index)).join(" ")}</p>`;
  });
  const special = page === 0 ? `<p>${SPECIAL}</p>` : "";
  const lost = page % 40 === 7 ? `<p>See also <a href="/lost/${page % 3}.html">what is lost</a>.</p>` : "";
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${titleOf(page)}</title><link rel="stylesheet" href="/style.css"></head>
<body>
<h1>${titleOf(page)}</h1>
${text.join("\n")}
${special}${lost}
<ul>${children.map((child) => `<li>${link(child)}</li>`).join("")}</ul>
<p>Elsewhere: ${elsewhere.map((other) => link(other)).join(", ")}. Back to ${link(Math.max(0, Math.ceil(page / CHILDREN) - 1))}.</p>
<img src="/images/loop.svg" alt="A loop"><a href="#top">Up</a> <a href="https://example.com/">Away</a>
</body>
</html>
`;
}

const SPECIAL = [
  `<a href="/slow.html">a page that takes its time</a>`,
  `<a href="/busy.html">one that is busy at first</a>`,
  `<a href="/moved.html">one that has moved</a>`,
  `<a href="/download/numbers.bin">a large file</a>`,
  `<a href="/private/diary.html">one that robots must not read</a>`,
  `<a href="/gone.html">one that is gone</a>`,
].join(", ");

export const STYLE = `@import "/print.css" print;
body { font-family: sans-serif; background: url("/images/paper.svg") }
`;

export const PRINT_STYLE = "body { background: none }\n";

/** A drawing of so many strokes. */
export function drawing(strokes: number): string {
  const circles = Array.from(
    { length: strokes },
    (_, index) => `<circle cx="50" cy="50" r="${index + 1}" fill="none" stroke="teal"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">${circles.join("")}</svg>\n`;
}

/** Bytes that are not text, in pieces. */
export function* numbers(pieces: number): Generator<Uint8Array> {
  for (let piece = 0; piece < pieces; piece += 1) {
    const bytes = new Uint8Array(16 * 1024);
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = scatter(piece, index);
    yield bytes;
  }
}
