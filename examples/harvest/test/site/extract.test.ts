import { describe, expect, test } from "vitest";
import { decodeText, extractCss, extractHtml } from "../../src/site/extract.ts";

const URL_ = "http://a.test/docs/page.html";
const linksOf = (html: string): readonly string[] => extractHtml(html, URL_).links;

describe("an HTML page", () => {
  test("gives its title, its text and its words", () => {
    const page = extractHtml(
      `<!doctype html><html><head><title> The
        event &amp; its loop </title><style>p { color: red }</style><script>var hidden;</script></head>
       <body><h1>Hello</h1><p>one<b>word</b> two<br>three</p><ul><li>four<li>five</ul>&copy;<template>not shown</template></body>`,
      URL_,
    );
    expect(page.title).toBe("The event & its loop");
    expect(page.text).toBe("Hello oneword two three four five ©");
    expect(page.words).toBe(7);
  });

  test("has no words when it has no text", () => {
    expect(extractHtml("<p> </p>", URL_)).toMatchObject({ title: "", text: "", words: 0, links: [] });
  });

  test("loses the NUL that PostgreSQL's text cannot have", () => {
    expect(extractHtml("a\0b", URL_).text).not.toContain("\0");
  });

  test("takes its title from the first title, not from that of a drawing", () => {
    expect(extractHtml("<title>Page</title><svg><title>Drawing</title></svg>", URL_).title).toBe("Page");
  });

  test("links by every element that loads or leads somewhere", () => {
    const html = `
      <link rel=stylesheet href=s.css><a href=a.html>a</a><map><area href=area.html></map><img src=i.png srcset="i1.png 1x, i2.png 2x">
      <picture><source srcset="p.webp"></picture><script src=s.js></script><iframe src=f.html></iframe><video src=v.mp4 poster=v.png></video>
      <audio src=a.mp3></audio><object data=o.svg></object><embed src=e.swf><input type=image src=n.png>
      <p style="background: url('bg.png')"><style>@import "t.css"; body { background: url( u.png ) }</style>`;
    const names =
      "s.css a.html area.html i.png i1.png i2.png p.webp s.js f.html v.mp4 v.png a.mp3 o.svg e.swf n.png bg.png t.css u.png";
    expect([...linksOf(html)].sort()).toEqual(
      names
        .split(" ")
        .map((name) => `/docs/${name}`)
        .sort(),
    );
  });

  test("links to each target once, whatever the fragment", () => {
    expect(
      linksOf(
        `<a href="x.html"><a href="x.html#a"><a href="./x.html"><a href="#top"><a href="http://b.test/#y">`,
      ),
    ).toEqual(["/docs/x.html", "/docs/page.html", "http://b.test/"]);
  });

  test("does not link by an anchor's name, a form or a hint to connect", () => {
    expect(
      linksOf(
        `<a name=x><form action=/submit></form><link rel="preconnect" href="http://fonts.test"><a href="mailto:x@y">`,
      ),
    ).toEqual([]);
  });

  test("resolves what follows its base by it", () => {
    expect(linksOf(`<base href="/other/"><a href="x.html"><a href="/y.html">`)).toEqual([
      "/other/x.html",
      "/y.html",
    ]);
    expect(linksOf(`<base href="http://b.test/"><a href="x.html">`)).toEqual(["http://b.test/x.html"]);
  });

  test("is not followed when its own meta robots says so", () => {
    expect(linksOf(`<meta name="ROBOTS" content="noindex, nofollow"><a href=x.html>`)).toEqual([]);
    expect(linksOf(`<meta name="robots" content="noindex"><a href=x.html>`)).toEqual(["/docs/x.html"]);
  });

  test("is read to its end however broken it is", () => {
    expect(linksOf(`<p <a href=x.html <b></i></p><a href="y.html">z</a`)).toContain("/docs/y.html");
  });
});

test("no page stops the reader: elements of odd names, documents that begin everything and end nothing", () => {
  expect(linksOf("<constructor href=x><__proto__ src=y><valueof></tostring><a href=z.html>")).toEqual([
    "/docs/z.html",
  ]);
  expect(linksOf("<div>".repeat(10_000) + "<a href=z.html>")).toEqual(["/docs/z.html"]);
  expect(linksOf("<a href='" + "<".repeat(1_000_000))).toEqual([]);
  for (const piece of ["url(", "/*", "@import ", "url( "]) {
    expect(extractCss(piece.repeat(500_000), "http://a.test/x.css").links).toEqual([]);
  }
});

test("a style sheet links by url() and @import, comments aside", () => {
  const css = `@import url("a.css"); @import 'b.css'; /* url(no.png) */ p { background: url(c.png), url( 'd.png' ) } q { x: url() }
    r { y: url(data:image/png;base64,AAAA) }`;
  expect(extractCss(css, "http://a.test/css/main.css").links).toEqual([
    "/css/a.css",
    "/css/b.css",
    "/css/c.png",
    "/css/d.png",
  ]);
});

describe("the text of a page", () => {
  const latin = new Uint8Array([0x63, 0x61, 0x66, 0xe9]);
  test("is read by the charset that the server names", () => {
    expect(decodeText(latin, "ISO-8859-1")).toBe("café");
  });
  test("is read by the charset that the page names", () => {
    const page = new Uint8Array([...new TextEncoder().encode(`<meta charset="latin1">`), ...latin]);
    expect(decodeText(page, undefined)).toBe(`<meta charset="latin1">café`);
  });
  test("is UTF-8 when nobody names a charset, or one that nobody knows", () => {
    const page = new TextEncoder().encode("café");
    expect(decodeText(page, undefined)).toBe("café");
    expect(decodeText(page, "klingon")).toBe("café");
  });
});
