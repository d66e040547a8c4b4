// What a document says: its title, its text, and where it links to.
import { Parser } from "htmlparser2";
import { resolveLink } from "./urls.ts";

/** The most bytes of a document: it is read as a whole. Any other file may be of any size. */
export const LARGEST_DOCUMENT = 32 * 1024 * 1024;

export interface Extract {
  readonly title: string;
  readonly text: string;
  readonly words: number;
  /** Each target once, in the order of the document. */
  readonly links: readonly string[];
}

/** What a file says that is no document. */
export const NOTHING: Extract = { title: "", text: "", words: 0, links: [] };

/** Whether a file of this type says something. */
export function isDocument(type: string): boolean {
  return type === "text/html" || type === "application/xhtml+xml" || type === "text/css";
}

/** Reads a document found at `url`. */
export function extract(bytes: Uint8Array, type: string, charset: string | undefined, url: string): Extract {
  const text = decodeText(bytes, charset);
  return type === "text/css" ? extractCss(text, url) : extractHtml(text, url);
}

const INLINE = new Set(
  "a abbr b bdi bdo big cite code data dfn em font i kbd mark q s samp small span strong sub sup time tt u var wbr".split(
    " ",
  ),
);
const SILENT = new Set(["script", "style", "template"]);
const HREF = ["href"];
const SRC = ["src"];
const IMAGE = ["src", "srcset"];
const LINKING = new Map<string, readonly string[]>(
  Object.entries({
    ...{
      a: HREF,
      area: HREF,
      link: HREF,
      object: ["data"],
      video: ["src", "poster"],
      img: IMAGE,
      source: IMAGE,
    },
    ...{ audio: SRC, embed: SRC, frame: SRC, iframe: SRC, input: SRC, script: SRC, track: SRC },
  }),
);

/** Reads an HTML page found at `url`. */
export function extractHtml(html: string, url: string): Extract {
  const { origin } = new URL(url);
  const links = new Set<string>();
  let base = url;
  let title = "";
  let text = "";
  let silent = "";
  let follow = true;
  const seen = new Set<string>();
  const add = (href: string): void => {
    // Many links of a page differ in their fragment only.
    const [address = ""] = href.split("#", 1);
    if (seen.has(address)) return;
    seen.add(address);
    const target = resolveLink(address, base, origin);
    if (target !== undefined) links.add(target);
  };
  const parser = new Parser({
    onopentag(tag, attributes) {
      if (!INLINE.has(tag)) text += " ";
      if (SILENT.has(tag) || (tag === "title" && title === "")) silent = tag;
      if (tag === "base" && attributes["href"] !== undefined)
        base = URL.parse(attributes["href"], url)?.href ?? base;
      if (tag === "meta" && attributes["name"]?.toLowerCase() === "robots") {
        follow &&= !/\b(nofollow|none)\b/i.test(attributes["content"] ?? "");
      }
      // A hint to connect early names a host, not a page.
      if (tag === "link" && /\b(preconnect|dns-prefetch)\b/i.test(attributes["rel"] ?? "")) return;
      for (const name of LINKING.get(tag) ?? []) {
        const value = attributes[name];
        if (value === undefined) continue;
        if (name === "srcset")
          for (const candidate of value.split(/,\s/)) add(candidate.trim().split(/\s/)[0] ?? "");
        else add(value);
      }
      if (attributes["style"] !== undefined) for (const href of cssLinks(attributes["style"])) add(href);
    },
    ontext(chunk) {
      if (silent === "title") title += chunk;
      else if (silent === "style") for (const href of cssLinks(chunk)) add(href);
      else if (silent === "") text += chunk;
    },
    onclosetag(tag) {
      if (tag === silent) silent = "";
      if (!INLINE.has(tag)) text += " ";
    },
  });
  parser.end(html);
  const words = wordsOf(text);
  return {
    title: wordsOf(title).join(" "),
    text: words.join(" "),
    words: words.length,
    links: follow ? [...links] : [],
  };
}

/** Reads a style sheet found at `url`: it has links, and no words. */
export function extractCss(css: string, url: string): Extract {
  const targets = cssLinks(css).map((href) => resolveLink(href, url, new URL(url).origin));
  return {
    title: "",
    text: "",
    words: 0,
    links: [...new Set(targets.filter((target) => target !== undefined))],
  };
}

// Bounds, so that a sheet that begins everything and ends nothing is read in linear time.
const COMMENT = /\/\*[^]*?(?:\*\/|$)/g;
const CSS_LINK =
  /url\(\s{0,99}(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'()]{1,2000}))\s{0,99}\)|@import\s{1,99}(?:"([^"]{0,2000})"|'([^']{0,2000})')/gi;

function cssLinks(css: string): string[] {
  const found = [...css.replace(COMMENT, "").matchAll(CSS_LINK)];
  return found
    .map((match) => match.slice(1).find((part) => part !== undefined) ?? "")
    .filter((href) => href !== "");
}

/** The text of a page, by the charset that the server names, else the page itself, else UTF-8. */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  const named = charset ?? /<meta[^>]*charset\s*=\s*["']?([\w:.-]+)/i.exec(head)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(named).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes); // a charset that nobody knows
  }
}

// A NUL, which PostgreSQL's text cannot have, is no part of a word.
function wordsOf(text: string): string[] {
  // oxlint-disable-next-line no-control-regex -- that very character
  return text.match(/[^\s\0]+/g) ?? [];
}
