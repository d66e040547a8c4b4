// Checks that every relative link of the Markdown files leads somewhere: to a file or folder of the repository (in the same case: not
// every file system minds), and to a heading where it names one. Prints one line per offence; exits 1 when there is one.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { anchorsOf, linksOf } from "./support/links.ts";
import { filesBelow, root, shown } from "./support/workspace.ts";

/** Whether the path is there, letter by letter. */
function isThere(path: string, base: string, listings: Map<string, ReadonlySet<string>>): boolean {
  let folder = base;
  for (const part of relative(base, path).split(sep)) {
    if (part === "") continue;
    if (part === "..") return false;
    let names = listings.get(folder);
    if (names === undefined) {
      const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
      listings.set(folder, (names = new Set(isFolder ? readdirSync(folder) : [])));
    }
    if (!names.has(part)) return false;
    folder = join(folder, part);
  }
  return true;
}

/** The offences of the documents below `base`, and how many links were followed. */
export function checkLinks(base: string): { offences: string[]; links: number } {
  const offences: string[] = [];
  const listings = new Map<string, ReadonlySet<string>>();
  let links = 0;
  for (const path of filesBelow(base, ".md")) {
    const text = readFileSync(path, "utf8");
    for (const { line, target } of linksOf(text)) {
      links++;
      const [file = "", anchor = ""] = decodeURIComponent(target).split("#");
      const there = file === "" ? path : join(file.startsWith("/") ? base : dirname(path), file);
      const report = (problem: string): void => {
        offences.push(`${shown(path, base)}:${line}: ${target}: ${problem}`);
      };
      if (!isThere(there, base, listings)) report("there is no such file");
      else if (anchor !== "" && there.endsWith(".md")) {
        const headings = anchorsOf(there === path ? text : readFileSync(there, "utf8"));
        if (!headings.has(anchor)) report("there is no such heading");
      }
    }
  }
  return { offences, links };
}

if (import.meta.main) {
  const { offences, links } = checkLinks(root);
  for (const offence of offences) console.log(offence);
  console.log(`${links} links, ${offences.length} offences`);
  process.exitCode = offences.length === 0 ? 0 : 1;
}
