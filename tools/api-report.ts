// Writes or checks packages/<p>/api.md: every public declaration of a package, and every hidden one that a public one
// mentions, as the compiler emitted them, sorted. It is reviewed like code: a change of the API is a change of this file.
//
//   node tools/api-report.ts [--write] [package folder ...]
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { declarationFile, readModule, type Declaration, type Module } from "./support/declarations.ts";
import { lineDiff } from "./support/line-diff.ts";
import { shown, workspaces, type Workspace } from "./support/workspace.ts";

type Found = Declaration | { readonly external: string };

class Reader {
  readonly #modules = new Map<string, Module>();

  module(file: string): Module {
    let module = this.#modules.get(file);
    if (module === undefined) this.#modules.set(file, (module = readModule(file)));
    return module;
  }

  /** Everything that `file` exports, by exported name. */
  exportsOf(file: string): Map<string, Found> {
    const module = this.module(file);
    const all = new Map<string, Found>();
    for (const specifier of module.stars) {
      const target = declarationFile(file, specifier);
      if (target === undefined)
        all.set(`* from "${specifier}"`, { external: `export * from "${specifier}"` });
      else for (const [name, found] of this.exportsOf(target)) if (name !== "default") all.set(name, found);
    }
    for (const [name, what] of module.exported) {
      const found =
        typeof what === "string" ? this.local(file, what) : this.#follow(file, what.specifier, what.name);
      if (found !== undefined) all.set(name, found);
    }
    return all;
  }

  /** What `name` means inside `file`; undefined for globals and type parameters. */
  local(file: string, name: string): Found | undefined {
    const module = this.module(file);
    const own = module.declarations.get(name);
    if (own !== undefined) return own;
    const reference = module.imported.get(name);
    return reference && this.#follow(file, reference.specifier, reference.name);
  }

  #follow(file: string, specifier: string, name: string): Found | undefined {
    const target = declarationFile(file, specifier);
    if (target === undefined) return { external: `${name} from "${specifier}"` };
    if (name === "*") return { external: `* from "${specifier}"` };
    return this.exportsOf(target).get(name) ?? this.local(target, name);
  }
}

/** Removes what the implementation keeps for itself: `#private` and `private` members. */
function publicText(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s+(?:#private;|private\b)/.test(line))
    .join("\n")
    .replaceAll("    ", "  ");
}

/** The declaration files of the entries of a package, by entry ("." and "./lowlevel"). */
function entriesOf(workspace: Workspace): [entry: string, file: string][] {
  return Object.entries(workspace.manifest.exports ?? {}).flatMap(([entry, target]) => {
    const types = (target as { types?: string }).types;
    return types === undefined ? [] : [[entry, join(workspace.folder, types)] as [string, string]];
  });
}

/** The report of a package; undefined when it has not been built. */
export function report(workspace: Workspace): string | undefined {
  const reader = new Reader();
  const name = workspace.manifest.name;
  const parts = [
    `# API of \`${name}\`\n\nMade by \`npm run api\` from the emitted declarations. Do not edit by hand.\n`,
  ];
  const entries = entriesOf(workspace);
  if (entries.length === 0 || entries.some(([, file]) => !existsSync(file))) return undefined;
  const shownAlready = new Set<Declaration>();
  const queue: Declaration[] = [];
  for (const [entry, file] of entries) {
    const exported = [...reader.exportsOf(file)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const specifier = entry === "." ? name : `${name}/${entry.slice(2)}`;
    parts.push(`## \`${specifier}\`\n\n${exported.length} exports.\n`);
    const texts = exported.map(([exportedName, found]) => {
      if ("external" in found) return `export ${exportedName} = ${found.external};`;
      const alias = found.name === exportedName ? "" : `// exported as ${exportedName}\n`;
      if (shownAlready.has(found)) return `${alias}// ${found.name}: see above`;
      shownAlready.add(found);
      queue.push(found);
      return alias + publicText(found.text);
    });
    if (texts.length > 0) parts.push(`\`\`\`ts\n${texts.join("\n\n")}\n\`\`\`\n`);
  }
  const hidden = mentioned(reader, queue, shownAlready);
  if (hidden.length > 0) {
    parts.push(`## Mentioned, not exported\n`);
    parts.push(`\`\`\`ts\n${hidden.join("\n\n")}\n\`\`\`\n`);
  }
  return parts.join("\n");
}

/** The declarations that public ones mention, and those that these mention, although no entry exports them. */
function mentioned(reader: Reader, queue: Declaration[], known: Set<Declaration>): string[] {
  const hidden: Declaration[] = [];
  for (const declaration of queue) {
    for (const [word] of publicText(declaration.text).matchAll(/[A-Za-z_$][\w$]*/g)) {
      const found = reader.local(declaration.file, word);
      if (found === undefined || "external" in found || known.has(found)) continue;
      known.add(found);
      hidden.push(found);
      queue.push(found);
    }
  }
  return hidden.map((declaration) => publicText(declaration.text)).sort();
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  const write = args.includes("--write");
  const only = args.filter((arg) => !arg.startsWith("--"));
  let checked = 0;
  for (const workspace of workspaces("packages")) {
    if (only.length > 0 && !only.includes(basename(workspace.folder))) continue;
    const path = join(workspace.folder, "api.md");
    const text = report(workspace);
    if (text === undefined) {
      console.log(`${workspace.manifest.name}: no declarations in dist/; run \`npm run build\` first`);
      process.exitCode = 1;
      continue;
    }
    checked++;
    const before = existsSync(path) ? readFileSync(path, "utf8") : "";
    if (before === text) continue;
    if (write) {
      writeFileSync(path, text);
      console.log(`wrote ${shown(path)}`);
    } else {
      console.log(`${shown(path)} is not what the code exports; \`npm run api\` updates it`);
      if (before !== "") console.log(lineDiff(before, text));
      process.exitCode = 1;
    }
  }
  console.log(`${checked} reports`);
}
