#!/usr/bin/env python3
"""An independent count of a site of static files: no code shared with harvest, and another parser.

count.py FOLDER [START]  walks the files from START (index.html) by their links, and prints as JSON the pages and files that
can be reached, their bytes, the links (pairs of a page and a target, each once) and the targets that do not exist.
"""
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

ORIGIN = "http://site.test"
LINKING = {
    "a": ["href"], "area": ["href"], "link": ["href"], "object": ["data"], "video": ["src", "poster"],
    "img": ["src", "srcset"], "source": ["src", "srcset"],
    **{tag: ["src"] for tag in ("audio", "embed", "frame", "iframe", "input", "script", "track")},
}
CSS_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^\s"')]+))\s*\)|@import\s+(?:"([^"]*)"|'([^']*)')""", re.I)


def css_links(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return [href for match in CSS_URL.finditer(text) for href in match.groups() if href]


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.hrefs, self.base, self.in_style = [], None, False

    def handle_starttag(self, tag, attributes):
        self.in_style = tag == "style"
        attributes = {name: value or "" for name, value in reversed(attributes)}
        if tag == "base" and "href" in attributes:
            self.base = attributes["href"]
        if "style" in attributes:
            self.hrefs += css_links(attributes["style"])
        if tag == "link" and {"preconnect", "dns-prefetch"} & set(attributes.get("rel", "").lower().split()):
            return
        for name in LINKING.get(tag, ()):
            if name not in attributes:
                continue
            if name == "srcset":
                self.hrefs += [part.split()[0] for part in attributes[name].split(",") if part.split()]
            else:
                self.hrefs.append(attributes[name])

    def handle_endtag(self, tag):
        self.in_style = False

    def handle_data(self, data):
        if self.in_style:
            self.hrefs += css_links(data)


def targets(path, file):
    text = file.read_text("utf-8", errors="replace")
    if file.suffix == ".css":
        base, hrefs = None, css_links(text)
    else:
        page = Page()
        page.feed(text)
        page.close()
        base, hrefs = page.base, page.hrefs
    base = urljoin(ORIGIN + path, base or "")
    for href in hrefs:
        url = urldefrag(urljoin(base, href.strip())).url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            continue
        if not url.startswith(ORIGIN + "/"):
            yield parts._replace(path=parts.path or "/").geturl()
            continue
        target = quote(unquote(parts.path), safe="/!$&'()*+,;=:@~") + ("?" + parts.query if parts.query else "")
        yield re.sub(r"/index\.html(?=\?|$)", "/", target)


def main(folder, start="/"):
    root = Path(folder).resolve()
    todo, seen, links, missing = [start], {start}, set(), set()
    pages = size = 0
    while todo:
        path = todo.pop()
        name = unquote(path.split("?")[0])
        file = root / (name[1:] + "index.html" if name.endswith("/") else name[1:])
        if not file.is_file():
            missing.add(path)
            continue
        pages += 1
        size += file.stat().st_size
        if file.suffix not in (".html", ".htm", ".css", ".xhtml"):
            continue
        for target in targets(path, file):
            links.add((path, target))
            if target.startswith("/") and target not in seen:
                seen.add(target)
                todo.append(target)
    files = [file for file in root.rglob("*") if file.is_file()]
    reached = {
        (root / (unquote(path.split("?")[0])[1:] + ("index.html" if path.split("?")[0].endswith("/") else ""))).resolve()
        for path in seen - missing
    }
    print(json.dumps({
        "pages": pages, "bytes": size, "links": len(links), "broken": sorted(missing),
        "files in the folder": len(files), "files not linked": sum(file.resolve() not in reached for file in files),
    }, indent=1))


main(*sys.argv[1:])
