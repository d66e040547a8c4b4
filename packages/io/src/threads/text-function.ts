// Functions that are sent as text: those that need nothing from outside.
import { createRequire } from "node:module";
import type * as acorn from "acorn";
import { ThreadFunctionError } from "../errors.ts";
import { freeNames, type FreeName } from "./free-variables.ts";
import { setReference, type AnyFunction, type FunctionRecord } from "./function-record.ts";
import type { TextFunctionReference } from "./messages.ts";

/** By its text: closures made in a loop read the same. */
const byText = new Map<string, TextFunctionReference>();
const MOST_TEXTS = 1000;

type Parser = typeof acorn.parseExpressionAt;

/** Loaded when it is first needed. */
let parse: Parser | null = null;

/** Makes the record of a function that is sent as text. ThreadFunctionError when it needs what is outside of it. */
export function textRecordOf(fn: AnyFunction): FunctionRecord {
  const text = Function.prototype.toString.call(fn);
  let reference = byText.get(text);
  if (reference === undefined) {
    parse ??= (createRequire(import.meta.url)("acorn") as typeof acorn).parseExpressionAt;
    reference = examine(text, fn.name === "" ? "(anonymous)" : fn.name, parse);
    if (byText.size >= MOST_TEXTS) byText.clear();
    byText.set(text, reference);
  }
  return setReference(fn, reference);
}

function examine(text: string, name: string, parser: Parser): TextFunctionReference {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) {
    throw new ThreadFunctionError(
      `Cannot send the function ${name} to a thread: it is bound, or native, and has no text. Send a function that calls it, or name it by its module (moduleFunction)`,
    );
  }
  const { expression, tree, isMethod, shift } = parseFunction(text, name, parser);
  if (tree.type === "ClassExpression") {
    throw new ThreadFunctionError(
      `Cannot send ${name} to a thread: it is a class. Send a function that makes one`,
    );
  }
  const free = freeNames(tree, isMethod).filter((used) => used.name !== NAMING_HELPER);
  const missing = free.filter((used) => !(used.name in globalThis));
  if (missing.length > 0) throw refusal(name, text, missing, shift);
  return {
    kind: "text",
    text: text.includes(NAMING_HELPER) ? `((${NAMING_HELPER}) => (${expression}))((fn) => fn)` : expression,
    name,
    globals: free.map((used) => used.name),
  };
}

/** What compilers that keep the names of functions (esbuild, and so tsx) wrap them in: `__name(fn, "fn")`. */
const NAMING_HELPER = "__name";

interface Parsed {
  readonly expression: string;
  readonly tree: acorn.Expression;
  readonly isMethod: boolean;
  /** How many characters stand before the text. */
  readonly shift: number;
}

interface Method {
  readonly kind: string;
  readonly computed: boolean;
  readonly value: acorn.FunctionExpression;
}

/** A function's text is an expression, unless it is a method. */
function parseFunction(text: string, name: string, parser: Parser): Parsed {
  const options = { ecmaVersion: "latest", sourceType: "module" } as const;
  try {
    return { expression: text, tree: parser(`(${text})`, 0, options), isMethod: false, shift: 1 };
  } catch (error) {
    try {
      const object = parser(`({${text}})`, 0, options) as unknown as { properties: Method[] };
      const { kind, computed, value } = object.properties[0]!;
      if (kind === "init") {
        // What a computed key is made of is not there; nor is it wanted.
        const bare = `${value.async ? "async " : ""}function${value.generator ? "*" : ""} ${text.slice(value.start - 2)}`;
        const expression = computed ? bare : `Object.values({${text}})[0]`;
        return { expression, tree: value, isMethod: true, shift: 2 };
      }
    } catch {
      // It is no method either.
    }
    throw new ThreadFunctionError(
      `Cannot send the function ${name} to a thread: its text does not stand for itself (${(error as Error).message}). Put it in a module of its own (moduleFunction)`,
      { cause: error },
    );
  }
}

function refusal(
  name: string,
  text: string,
  missing: readonly FreeName[],
  shift: number,
): ThreadFunctionError {
  const { name: first, at } = missing[0]!;
  const before = text.slice(0, at - shift).split("\n");
  const where = `line ${before.length}, column ${before.at(-1)!.length + 1} of the function`;
  const names = missing.map((one) => one.name).join(", ");
  return new ThreadFunctionError(
    `Cannot send the function ${name} to a thread: ${missing.length === 1 ? "it uses" : "it uses, from outside,"} ${names} (${where}). ${adviceFor(first)}`,
  );
}

function adviceFor(name: string): string {
  if (name === "this" || name === "super" || name === "arguments") {
    return `A thread has none of its caller's ${name}: pass what it holds as an argument`;
  }
  if (name === "require" || name === "module" || name === "exports")
    return "Import in the function: await import(…)";
  if (name.startsWith("__vi"))
    return "Vite has rewritten the imports in it: put it in a module of its own (moduleFunction)";
  if (name.startsWith("the module "))
    return `A thread does not know from where: pass the whole address as an argument, or put the function in a module of its own (moduleFunction)`;
  if (name.startsWith("import.")) return "Put the function in a module of its own (moduleFunction)";
  return `A thread does not see the variables around a function: pass ${name} as an argument, import it in the function, or put the function in a module of its own (moduleFunction)`;
}
