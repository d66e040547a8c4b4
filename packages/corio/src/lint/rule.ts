// What a rule sees of its linter: the part of ESLint's API that ESLint and oxlint share, and that is used here.

import type { Node } from "./nodes.ts";

export interface Variable {
  readonly defs: readonly Definition[];
}

/** Where a name comes from: its kind, the node that defines it, and for a parameter its own node. */
export interface Definition {
  readonly type: string;
  readonly name: Node;
  readonly node: Node;
  readonly parent: Node | null;
}

export interface LexicalScope {
  readonly set: ReadonlyMap<string, Variable>;
  readonly upper: LexicalScope | null;
}

export interface SourceCode {
  readonly text: string;
  getScope(node: Node): LexicalScope;
  getText(node: Node): string;
}

export interface Fixer {
  insertTextAfterRange(range: readonly [number, number], text: string): unknown;
}

export interface RuleContext {
  readonly sourceCode: SourceCode;
  report(problem: {
    readonly node: Node;
    readonly messageId: string;
    readonly data?: Readonly<Record<string, string>>;
    readonly fix?: (fixer: Fixer) => unknown;
  }): void;
}

export type Visitor = Readonly<Record<string, (node: Node) => void>>;

/** A rule, as ESLint and oxlint take them. */
export interface Rule {
  readonly meta: {
    readonly type: "problem";
    readonly docs: { readonly description: string };
    readonly fixable?: "code";
    readonly schema: readonly [];
    readonly messages: Readonly<Record<string, string>>;
  };
  create(context: RuleContext): Visitor;
}

/** Files that do not mention corio have nothing to find. */
export function inCorioFiles(visit: (context: RuleContext) => Visitor): (context: RuleContext) => Visitor {
  return (context) => (context.sourceCode.text.includes("corio") ? visit(context) : {});
}
