// Checks who imports whom: between packages (the table in import-graph.json), inside a package (no cycles), inside the
// kernel (its layers), and what `wire/` folders may touch. Prints one line per offence; exits 1 when there is one.
import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { cycles } from "./support/cycles.ts";
import { importsOf, type Import } from "./support/imports.ts";
import { filesBelow, root, shown, workspaces, type Workspace } from "./support/workspace.ts";

interface Rules {
  /** Package name to the packages it may import, ours and others'. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  readonly kernel: {
    readonly package: string;
    /** The only specifiers of the kernel that other packages may import. */
    readonly entries: readonly string[];
    /** From the lowest to the highest; layers of one row do not import each other. */
    readonly layers: readonly (readonly string[])[];
    readonly hostLayer: string;
  };
  readonly neverShipped: readonly string[];
  readonly wire: { readonly forbidden: readonly string[] };
  readonly maxLines: number;
}

interface Source {
  readonly path: string;
  /** Relative to `src`, with slashes. */
  readonly name: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

/** "@corio/http/x" is of package "@corio/http". */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function readSources(workspace: Workspace): Source[] {
  const src = join(workspace.folder, "src");
  return filesBelow(src, ".ts").map((path) => {
    const text = readFileSync(path, "utf8");
    const name = relative(src, path).split(sep).join("/");
    // What a tool of ours has written is a table, however long, and no room that somebody has to find their way in.
    const made = /^\/\/ .*Made by `node tools\//.test(text);
    const lines = made ? 0 : text.replace(/\n$/, "").split("\n").length;
    return { path, name, lines, imports: importsOf(text) };
  });
}

/** The offences of the packages below `base`, and how many files were read. */
export function checkImports(base: string, rules: Rules): { offences: string[]; files: number } {
  const offences: string[] = [];
  let files = 0;
  for (const workspace of workspaces("packages", base)) {
    const sources = readSources(workspace);
    files += sources.length;
    const report = (source: Source, line: number, text: string): void => {
      offences.push(`${shown(source.path, base)}:${line}: ${text}`);
    };
    checkPackageEdges(workspace, sources, rules, report, offences);
    for (const source of sources) {
      if (source.lines > rules.maxLines) {
        report(source, source.lines, `${source.lines} lines; the limit is ${rules.maxLines}`);
      }
    }
    // Types that name each other are erased: only what is loaded can meet a module half made.
    const graph = relativeGraph(sources, (imported) => !imported.typeOnly);
    for (const ring of cycles(graph)) {
      offences.push(`${workspace.manifest.name}: import cycle: ${ring.join(" -> ")}`);
    }
    checkWire(sources, rules, report);
    if (workspace.manifest.name === rules.kernel.package) checkLayers(sources, rules, report);
  }
  return { offences, files };
}

type Report = (source: Source, line: number, text: string) => void;

function checkPackageEdges(
  workspace: Workspace,
  sources: readonly Source[],
  rules: Rules,
  report: Report,
  offences: string[],
): void {
  const { name, dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = workspace.manifest;
  const allowed = rules.packages[name];
  if (allowed === undefined) {
    offences.push(`${name}: not in the table of tools/import-graph.json`);
    return;
  }
  const declared = new Set(
    [dependencies, peerDependencies, optionalDependencies].flatMap((group) => Object.keys(group)),
  );
  for (const dependency of declared) {
    if (!allowed.includes(dependency)) offences.push(`${name}: package.json may not depend on ${dependency}`);
  }
  for (const source of sources) {
    for (const { specifier, line } of source.imports) {
      if (/^[.#]/.test(specifier)) continue;
      if (specifier.startsWith("node:")) {
        const inHost = source.name.startsWith(`${rules.kernel.hostLayer}/`);
        if (name === rules.kernel.package && !inHost) {
          report(source, line, `${specifier} outside src/${rules.kernel.hostLayer}/`);
        }
        continue;
      }
      const target = packageOf(specifier);
      if (rules.neverShipped.includes(target)) report(source, line, `imports ${target}, which is for tests`);
      else if (!allowed.includes(target)) report(source, line, `${name} may not import ${target}`);
      else if (!declared.has(target))
        report(source, line, `${target} is not among the dependencies of ${name}`);
      if (target === rules.kernel.package && !rules.kernel.entries.includes(specifier)) {
        report(source, line, `imports ${specifier}; only ${rules.kernel.entries.join(" and ")} are public`);
      }
    }
  }
}

/** Files of one package and the files they import by relative path. */
function relativeGraph(
  sources: readonly Source[],
  keep: (imported: Import) => boolean,
): Map<string, readonly string[]> {
  const names = new Set(sources.map((source) => source.name));
  return new Map(
    sources.map((source) => [
      source.name,
      source.imports
        .filter((imported) => imported.specifier.startsWith(".") && keep(imported))
        .map((imported) => join(dirname(source.name), imported.specifier).split(sep).join("/"))
        .filter((target) => names.has(target)),
    ]),
  );
}

/** Protocol code is bytes in, messages out: neither it nor what it imports at run time opens sockets or awaits. */
function checkWire(sources: readonly Source[], rules: Rules, report: Report): void {
  const graph = relativeGraph(sources, (imported) => !imported.typeOnly);
  const byName = new Map(sources.map((source) => [source.name, source]));
  for (const start of sources) {
    if (!`/${start.name}`.includes("/wire/")) continue;
    const seen = new Set([start.name]);
    for (const name of seen) {
      const source = byName.get(name) as Source;
      for (const { specifier, line, typeOnly } of source.imports) {
        const target = specifier.startsWith("node:") ? specifier : packageOf(specifier);
        if (typeOnly || !rules.wire.forbidden.includes(target)) continue;
        const through = source === start ? "" : ` (through ${source.name})`;
        report(start, source === start ? line : 1, `protocol code may not import ${specifier}${through}`);
      }
      for (const next of graph.get(name) ?? []) seen.add(next);
    }
  }
}

/** Lower layers of the kernel know nothing of the higher ones. */
function checkLayers(sources: readonly Source[], rules: Rules, report: Report): void {
  const layerOf = (name: string): string => (name.split("/")[0] as string).replace(/\.ts$/, "");
  const rank = new Map(
    rules.kernel.layers.flatMap((row, index) => row.map((layer) => [layer, index] as const)),
  );
  for (const source of sources) {
    const layer = layerOf(source.name);
    const own = rank.get(layer);
    if (own === undefined) {
      report(source, 1, `${layer} is not a layer of ${rules.kernel.package}`);
      continue;
    }
    for (const { specifier, line } of source.imports) {
      if (!/^[.#]/.test(specifier)) continue;
      const target = specifier.startsWith("#")
        ? specifier.slice(1)
        : layerOf(join(dirname(source.name), specifier).split(sep).join("/"));
      const other = rank.get(target);
      if (target !== layer && other !== undefined && other >= own) {
        report(source, line, `${layer} may not import ${target}: lower layers know nothing of higher ones`);
      }
    }
  }
}

export function readRules(): Rules {
  return JSON.parse(readFileSync(new URL("import-graph.json", import.meta.url), "utf8")) as Rules;
}

if (import.meta.main) {
  const { offences, files } = checkImports(root, readRules());
  for (const offence of offences) console.log(offence);
  console.log(`${files} files, ${offences.length} offences`);
  process.exitCode = offences.length === 0 ? 0 : 1;
}
