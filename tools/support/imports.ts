// Finds the imports of a TypeScript module in its text. Sources are formatted by oxfmt, so that statements start at
// the beginning of a line; that is all this reader relies on.

export interface Import {
  readonly specifier: string;
  /** 1-based. */
  readonly line: number;
  /** Erased by the compiler: `import type`, `export type`, a type position `import("x").T`. */
  readonly typeOnly: boolean;
}

const clause = String.raw`(?:[\w$]+\s*,?\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?)?`;
const statement = new RegExp(
  String.raw`^(?:import|export)\s+(type\s+)?(${clause})\s*from\s*["']([^"']+)["']`,
  "gm",
);
const bare = /^import\s*["']([^"']+)["']/gm;
const dynamic = /(\bawait\s+)?\bimport\(\s*["']([^"']+)["']\s*\)(\.(?!then\b|catch\b|finally\b))?/g;

function onlyTypes(names: string): boolean {
  const inner = /\{([^}]*)\}/.exec(names)?.[1];
  if (inner === undefined || /^[\w$]/.test(names)) return false;
  const parts = inner.split(",").map((part) => part.trim());
  const given = parts.filter((part) => part !== "");
  return given.length > 0 && given.every((part) => part.startsWith("type "));
}

/** The text with comments blanked (same length, same lines). Comments inside strings do not matter here. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
}

/** Every module that `text` imports, in order of appearance. */
export function importsOf(text: string): Import[] {
  const source = withoutComments(text);
  const lineAt = (offset: number): number => source.slice(0, offset).split("\n").length;
  const found: Import[] = [];
  for (const match of source.matchAll(statement)) {
    const [, type, names = "", specifier = ""] = match;
    found.push({ specifier, line: lineAt(match.index), typeOnly: type !== undefined || onlyTypes(names) });
  }
  for (const match of source.matchAll(bare)) {
    found.push({ specifier: match[1] ?? "", line: lineAt(match.index), typeOnly: false });
  }
  for (const match of source.matchAll(dynamic)) {
    // `import("x").Name` is a type unless something waits for the module.
    const typeOnly = match[3] === "." && match[1] === undefined;
    found.push({ specifier: match[2] ?? "", line: lineAt(match.index), typeOnly });
  }
  return found.sort((a, b) => a.line - b.line);
}
