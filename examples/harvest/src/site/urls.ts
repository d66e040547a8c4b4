// Names: one URL for one page, and one file for one URL. Within the site a URL is written from its root ("/a/b.html?c=d"),
// so that the copy and its index do not care where the site was served.

/** Where `href` on a page leads: a path within the site, a whole URL outside of it, undefined if it is no web address. */
export function resolveLink(href: string, base: string, origin: string): string | undefined {
  const url = URL.parse(href, base);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  url.hash = "";
  return url.origin === origin ? sitePath(url) : url.href;
}

/**
 * The one spelling of a URL of the site. Host, port and dot segments are the URL parser's work; here, escapes that change
 * nothing are undone (RFC 3986, 6.2.2), and `/a/index.html` is `/a/`, as static sites have it.
 */
export function sitePath(url: URL): string {
  return canonical(url.pathname).replace(/\/index\.html$/, "/") + canonical(url.search);
}

function canonical(text: string): string {
  return text.replace(/%([0-9a-f]{2})?/gi, (escape, hex: string | undefined) => {
    if (hex === undefined) return "%25";
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase();
  });
}

/**
 * The file of a path, relative to the folder of the copy: `/` is index.html, `/a/b.html` is a/b.html. Different paths get
 * different files, none is also a folder (`/a` and `/a/b` may both be pages), and {@link pathOfFile} leads back. To that
 * end folders have no dot in their name and files have one, and what is said otherwise uses escapes that no path has:
 * `%2E` for a dot, `%7E` at the end of a file without one, `%2D` at the end of a folder in which a name too long for the
 * disk goes on.
 */
export function filePath(path: string): string {
  const query = path.indexOf("?");
  const folders = (query < 0 ? path : path.slice(0, query)).slice(1).split("/");
  const last = folders.pop() || "index.html";
  const file = escape(last).replace(/^\./, "%2E") + (query < 0 ? "" : escape(path.slice(query)));
  return [
    ...folders.map((name) => split(escape(name).replaceAll(".", "%2E") || "%2E")),
    split(file.includes(".") ? file : `${file}%7E`),
  ].join("/");
}

/** The path whose file this is. */
export function pathOfFile(file: string): string {
  const folders = file.replaceAll("%2D/", "").split("/");
  const last = folders.pop() ?? "";
  const name = last.includes(".") ? last : last.replace(/%7E$/, "");
  const path = folders.map((folder) => `/${folder === "%2E" ? "" : unescape(folder)}`).join("");
  return `${path}/${unescape(name)}`.replace(/\/index\.html(\?|$)/, "/$1");
}

// Where a path has an escape for a character that we escape ourselves, its percent sign is escaped, to tell them apart.
const OURS = /[^\w.~!$&'()+,;=@-]/;

function escape(text: string): string {
  return text.replace(/%([0-9A-F]{2})|[^\w.~!$&'()+,;=@-]/g, (found, hex: string | undefined) => {
    if (hex === undefined) return percent(found);
    return isOurs(hex) ? `%25${hex}` : found;
  });
}

function unescape(text: string): string {
  return text.replace(/%([0-9A-F]{2})/g, (found, hex: string) => {
    return isOurs(hex) || hex === "2E" ? String.fromCharCode(Number.parseInt(hex, 16)) : found;
  });
}

function isOurs(hex: string): boolean {
  const code = Number.parseInt(hex, 16);
  return code > 0x20 && code < 0x7f && OURS.test(String.fromCharCode(code));
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

// Never before a dot: a name that is "." or ".." is no name.
function split(name: string): string {
  return name.replace(/(?=.{201}).{150,200}(?=[^.])/g, "$&%2D/");
}
