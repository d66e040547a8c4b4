// Finds the names of tests and of their describes in the syntax tree of a test file.
import { parseSync } from "vite";

export interface TestName {
  /** As messages show it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly kind: "test" | "describe";
  /** As it is written; an expression of a template is "…". */
  readonly title: string;
  /** The titles of the describes around it, from the outermost. */
  readonly within: readonly string[];
}

/** What declares a test, besides `test.each` and its like. Their first argument is the name. */
const declarers = new Set(["test", "it", "both", "bothSimulated", "atEveryMoment", "inEveryOrder"]);

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Partial<Node>).type === "string";
}

/** The name at the left end of `a.b(…).c`. */
function rootName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Identifier") return node["name"] as string;
  if (node.type === "MemberExpression") return rootName(node["object"]);
  return node.type === "CallExpression" ? rootName(node["callee"]) : undefined;
}

/** The text of a string or template; undefined for what is computed. */
function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type !== "TemplateLiteral") return undefined;
  const parts = node["quasis"] as readonly { value: { cooked: string } }[];
  return parts.map((part) => part.value.cooked).join("…");
}

/** The names in a file, in order. Tests whose name is computed as a whole have none. */
export function testNames(file: string, text: string): TestName[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0]!.message}`);
  const found: TestName[] = [];
  const visit = (value: unknown, within: readonly string[]): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each, within);
      return;
    }
    if (!isNode(value)) return;
    let inside = within;
    if (value.type === "CallExpression") {
      const callee = rootName(value["callee"]);
      const title = textOf((value["arguments"] as readonly unknown[])[0]);
      if (callee !== undefined && title !== undefined && (callee === "describe" || declarers.has(callee))) {
        const line = text.slice(0, value.start).split("\n").length;
        const kind = callee === "describe" ? "describe" : "test";
        found.push({ file, line, kind, title, within });
        if (kind === "describe") inside = [...within, title];
      }
    }
    for (const key of Object.keys(value)) visit(value[key], inside);
  };
  visit(program, []);
  return found;
}
