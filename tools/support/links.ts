// Links in Markdown: which lead to other files and headings of the repository.

export interface Link {
  /** In the document, from 1. */
  readonly line: number;
  /** What stands in the parentheses, without a title: "../corio/README.md#locks". */
  readonly target: string;
}

/** Blanks what is code, so that lines and columns stay. */
function withoutCode(text: string): string[] {
  let fence = "";
  return text.split("\n").map((line) => {
    const mark = /^\s*(?:[-*] +)?(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
    if (fence !== "") {
      if (mark.startsWith(fence) && line.trim() === mark) fence = "";
      return "";
    }
    if (mark !== "") {
      fence = mark;
      return "";
    }
    return line.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, (code) => " ".repeat(code.length));
  });
}

/** Those that lead to files and headings, not to the web. */
export function linksOf(text: string): Link[] {
  const links: Link[] = [];
  for (const [i, line] of withoutCode(text).entries()) {
    const inline = line.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g);
    const defined = line.matchAll(/^\s*\[[^\]]+\]:\s*<?([^\s>]+)>?/g);
    for (const [, target = ""] of [...inline, ...defined]) {
      if (!/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(target)) links.push({ line: i + 1, target });
    }
  }
  return links;
}

/** The anchors of a document, as GitHub makes them of its headings. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const seen = new Map<string, number>();
  const code = withoutCode(text);
  for (const [i, line] of text.split("\n").entries()) {
    for (const [, id = ""] of line.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(id);
    // A heading may hold code, which is blank in `code`; a fence is blank as a whole.
    const heading = /^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$/.exec(line)?.[1];
    if (heading === undefined || code[i]!.trim() === "") continue;
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
      .replaceAll(" ", "-");
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    anchors.add(before === 0 ? slug : `${slug}-${before}`);
  }
  return anchors;
}
