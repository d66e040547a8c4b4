// Reads from the reports of the packages' APIs what the lint rules must know: what gives an Awaitable, and how one gets hold of it.

export interface PackageFacts {
  functions: Record<string, string>;
  /** By type: by method. Types that give no Awaitable, nor lead to one that does, are left out. */
  types: Record<string, Record<string, string>>;
}

interface Declared {
  readonly name: string;
  readonly parameters: string;
  readonly result: string;
}

interface Raw {
  readonly functions: Declared[];
  readonly types: Map<string, { readonly base: string | null; readonly methods: Declared[] }>;
}

/** Splits `<A>(a: B, c: D): E;`, as the compiler writes signatures, into parameters and result. */
function signature(name: string, text: string): Declared | null {
  let at = 0;
  if (text[0] === "<") at = afterBracket(text, 0);
  if (text[at] !== "(") return null;
  const end = afterBracket(text, at);
  const rest = /^:\s*([\s\S]*?);?$/.exec(text.slice(end).trim());
  return rest === null ? null : { name, parameters: text.slice(at + 1, end - 1), result: rest[1] ?? "" };
}

/** Where the bracket that opens at `start` is closed. `=>` closes nothing. */
function afterBracket(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at] as string;
    if ("([{<".includes(char)) depth++;
    else if (")]}".includes(char) || (char === ">" && text[at - 1] !== "=")) depth--;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function readReport(text: string): Raw {
  const raw: Raw = { functions: [], types: new Map() };
  const [shown = ""] = text.split("## Mentioned, not exported");
  for (const [, fence = ""] of shown.matchAll(/```ts\n([\s\S]*?)```/g)) {
    for (const block of fence.split(
      /\n(?=(?:abstract )?(?:class|interface|type|function|const|\/\/|export) ?)/,
    )) {
      const made = /^function ([\w$]+)([\s\S]*)$/.exec(block.trim());
      if (made !== null) {
        const found = signature(made[1] as string, made[2] as string);
        if (found !== null) raw.functions.push(found);
        continue;
      }
      const type = /^(?:abstract )?(?:class|interface) ([\w$]+)([^{]*)\{\n([\s\S]*)\n\}$/.exec(block.trim());
      if (type === null) continue;
      const [, name = "", head = "", body = ""] = type;
      const base = /\bextends (?:Omit<)?([\w$]+)/.exec(head)?.[1] ?? null;
      raw.types.set(name, { base, methods: membersOf(body) });
    }
  }
  return raw;
}

/** The methods, and the properties that are one. */
function membersOf(body: string): Declared[] {
  const found: Declared[] = [];
  for (const line of body.split(/\n(?= {2}\S)/)) {
    const member = /^\s*(?:static |readonly |abstract )*([\w$]+)([<(][\s\S]*)$/.exec(line);
    const method = member === null ? null : signature(member[1] as string, member[2] as string);
    if (method !== null) found.push(method);
  }
  return found;
}

/** Gives the facts of each package. A name in a package means its own type, or else one of corio. */
export function collectFacts(
  reports: readonly { readonly name: string; readonly text: string }[],
): Record<string, PackageFacts> {
  const raws = new Map(reports.map(({ name, text }) => [name, readReport(text)]));
  const corio = raws.get("corio");
  const facts: Record<string, PackageFacts> = {};
  const useful = new Map<Raw, Set<string>>();
  // Corio first: the others mention its types.
  const order = [...raws].sort(([a], [b]) => (a === "corio" ? -1 : b === "corio" ? 1 : a < b ? -1 : 1));
  for (const [name, raw] of order) {
    const found = new Set<string>();
    useful.set(raw, found);
    const shared = (corio === undefined ? undefined : useful.get(corio)) ?? new Set();
    const isUseful = (type: string): boolean => found.has(type) || (!raw.types.has(type) && shared.has(type));
    let types: Record<string, Record<string, string>> = {};
    for (let before = -1; before < found.size;) {
      before = found.size;
      types = {};
      for (const type of [...raw.types.keys()].sort()) {
        const methods = factsOf(methodsOf(raw, type), isUseful);
        if (Object.keys(methods).length === 0) continue;
        found.add(type);
        types[type] = methods;
      }
    }
    const functions = factsOf(raw.functions, isUseful);
    if (Object.keys(functions).length + found.size > 0) facts[name] = { functions, types };
  }
  return facts;
}

/** Inherited ones too. */
function methodsOf(raw: Raw, type: string): Declared[] {
  const declared = raw.types.get(type);
  if (declared === undefined) return [];
  return [...(declared.base === null ? [] : methodsOf(raw, declared.base)), ...declared.methods];
}

function factsOf(declared: readonly Declared[], isUseful: (type: string) => boolean): Record<string, string> {
  const found: Record<string, string> = {};
  for (const one of declared) {
    const result = resultFact(one.result, isUseful);
    const handed = handedTypes(one.parameters).map((type) => (isUseful(type) ? type : ""));
    const given = handed.some((type) => type !== "") ? `(${handed.join(",")})` : "";
    // Of overloads the first counts; they differ in what the rules do not ask.
    if (result + given !== "" && found[one.name] === undefined) found[one.name] = result + given;
  }
  return found;
}

function resultFact(result: string, isUseful: (type: string) => boolean): string {
  const named = (text: string): string => {
    const type = /^([\w$]+)(?:<[\s\S]*>)?$/.exec(text.trim())?.[1] ?? "";
    return isUseful(type) ? type : "";
  };
  const awaited = /^Awaitable<([\s\S]*)>$/.exec(result)?.[1];
  if (awaited !== undefined) return `~${named(awaited)}`;
  const pair = /^\[([\s\S]*)\]$/.exec(result)?.[1];
  if (pair === undefined) return named(result);
  const types = pair.split(/,(?![^<]*>)/).map((part) => named(part.replace(/^\s*[\w$]+\??:\s*/, "")));
  return types.some((type) => type !== "") ? `[${types.join(",")}]` : "";
}

/** The types of the parameters of the first function among the parameters. */
function handedTypes(parameters: string): string[] {
  const start = parameters.search(/\(/);
  if (start < 0 || !/:\s*$/.test(parameters.slice(0, start))) return [];
  const end = afterBracket(parameters, start);
  if (!/^\s*=>/.test(parameters.slice(end))) return [];
  return parameters
    .slice(start + 1, end - 1)
    .split(/,(?![^<]*>)/)
    .map((part) => /^\s*[\w$]+\??:\s*([\w$]+)/.exec(part)?.[1] ?? "");
}
