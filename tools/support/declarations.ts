// Reads the .d.ts files that tsc writes: which declarations a module has, and what it exports under which name.
// The compiler's output is regular: a declaration begins at the start of a line and ends before the next one.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Declaration {
  readonly name: string;
  readonly file: string;
  /** Text without comments and without `export` and `declare`; overloads are joined. */
  readonly text: string;
}

/** A name of another module. `name` is "*" for the whole namespace. */
interface Reference {
  readonly specifier: string;
  readonly name: string;
}

export interface Module {
  readonly file: string;
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Local names that stand for something of another module. */
  readonly imported: ReadonlyMap<string, Reference>;
  /** Exported name to local name, or to a name of another module. */
  readonly exported: ReadonlyMap<string, string | Reference>;
  /** Specifiers of `export * from`. */
  readonly stars: readonly string[];
}

const head =
  /^(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|interface|type|const|let|var|namespace|enum)\s+([\w$]+)/;

/** Members and declarations marked `@internal`: one line, or up to the line that closes it at the same depth. */
const internal =
  /^([ \t]*)\/\*\*(?:(?!\*\/)[\s\S])*?@internal[\s\S]*?\*\/\s*?\n\1[^\n]*?(?:;|(?:\n\1[ \t][^\n]*)*\n\1[})\]][^\n]*)$\n?/gm;

/** Removes comments, and what is internal; strings in declarations hold none that look like comments. */
function withoutComments(text: string): string {
  return text
    .replace(internal, "")
    .replace(/[ \t]*\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*\n/gm, "");
}

/** The statements of a declaration file, each from the start of a line. */
function statements(text: string): string[] {
  const found: string[] = [];
  for (const line of withoutComments(text).split("\n")) {
    if (line.trim() === "") continue;
    const last = found.at(-1);
    // The first member of a union stands at the start of a line when it has a comment of its own.
    if (last !== undefined && (/^[\s})\]]/.test(line) || /=\s*$/.test(last)))
      found[found.length - 1] = `${last.trimEnd()}\n${line}`;
    else found.push(line);
  }
  return found;
}

function namesOf(list: string): [outer: string, inner: string][] {
  return list
    .split(",")
    .map((part) => part.trim().replace(/^type\s+/, ""))
    .filter((part) => part !== "")
    .map((part) => {
      const [inner = "", outer = inner] = part.split(/\s+as\s+/);
      return [outer, inner];
    });
}

export function readModule(file: string, text: string = readFileSync(file, "utf8")): Module {
  const declarations = new Map<string, Declaration>();
  const imported = new Map<string, Reference>();
  const exported = new Map<string, string | Reference>();
  const stars: string[] = [];
  for (const statement of statements(text)) {
    const from = /from\s+"([^"]+)";?$/.exec(statement)?.[1];
    const list = /^(?:import|export)\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?\{([^}]*)\}/.exec(statement)?.[1];
    if (statement.startsWith("import")) {
      const specifier = from ?? "";
      for (const [local, name] of namesOf(list ?? "")) imported.set(local, { specifier, name });
      const namespace = /\*\s+as\s+([\w$]+)/.exec(statement)?.[1];
      if (namespace !== undefined) imported.set(namespace, { specifier, name: "*" });
      const standard = /^import\s+(?:type\s+)?([\w$]+)[\s,]/.exec(statement)?.[1];
      if (standard !== undefined && standard !== "type")
        imported.set(standard, { specifier, name: "default" });
      continue;
    }
    const namespace = /^export\s+(?:type\s+)?\*\s+as\s+([\w$]+)/.exec(statement)?.[1];
    if (namespace !== undefined) {
      exported.set(namespace, { specifier: from ?? "", name: "*" });
    } else if (/^export\s+(?:type\s+)?\*/.test(statement)) {
      stars.push(from ?? "");
    } else if (list !== undefined) {
      for (const [outer, inner] of namesOf(list)) {
        exported.set(outer, from === undefined ? inner : { specifier: from, name: inner });
      }
    } else {
      const name = head.exec(statement)?.[1];
      const isDefault = /^export\s+default\b/.test(statement);
      const standard = isDefault && name === undefined ? /default\s+([\w$]+);/.exec(statement)?.[1] : name;
      if (isDefault && standard !== undefined) exported.set("default", standard);
      if (name === undefined) continue;
      if (/^export\b/.test(statement) && !isDefault) exported.set(name, name);
      const clean = statement.replace(/^export\s+(?:default\s+)?/, "").replace(/^declare\s+/, "");
      const earlier = declarations.get(name);
      declarations.set(name, { name, file, text: earlier ? `${earlier.text}\n${clean}` : clean });
    }
  }
  return { file, declarations, imported, exported, stars };
}

/** The declaration file that `specifier`, a relative one, means when `file` imports it. */
export function declarationFile(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const path = join(dirname(file), specifier.replace(/\.[jt]s$/, ".d.ts"));
  return existsSync(path) ? path : undefined;
}
