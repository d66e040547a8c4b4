// The nodes of a syntax tree that the rules look at, in the shape that ESLint, typescript-eslint and oxlint share (ESTree).

export interface Node {
  readonly type: string;
  readonly parent: Node | null;
  readonly range: readonly [number, number];
}

interface FunctionFields {
  readonly generator: boolean;
  readonly async: boolean;
  readonly params: readonly Node[];
  readonly body: Node;
  readonly returnType?: Node | null;
}

interface MemberFields {
  readonly key: Node;
  readonly computed: boolean;
  readonly value: Node | null;
  readonly typeAnnotation?: Node | null;
}

interface Kinds {
  ArrayExpression: { readonly elements: readonly (Node | null)[] };
  ArrayPattern: { readonly elements: readonly (Node | null)[] };
  ArrowFunctionExpression: FunctionFields;
  AwaitExpression: { readonly argument: Node };
  CallExpression: { readonly callee: Node; readonly arguments: readonly Node[] };
  ChainExpression: { readonly expression: Node };
  ClassBody: { readonly body: readonly Node[] };
  ConditionalExpression: { readonly consequent: Node; readonly alternate: Node };
  ExpressionStatement: { readonly expression: Node };
  FunctionDeclaration: FunctionFields;
  FunctionExpression: FunctionFields;
  Identifier: { readonly name: string; readonly typeAnnotation?: Node | null };
  ImportDeclaration: { readonly source: { readonly value: unknown } };
  ImportNamespaceSpecifier: object;
  ImportSpecifier: { readonly imported: Node };
  LogicalExpression: { readonly left: Node; readonly right: Node };
  MemberExpression: { readonly object: Node; readonly property: Node; readonly computed: boolean };
  MethodDefinition: MemberFields;
  NewExpression: { readonly callee: Node };
  PrivateIdentifier: { readonly name: string };
  PropertyDefinition: MemberFields;
  SequenceExpression: { readonly expressions: readonly Node[] };
  SpreadElement: { readonly argument: Node };
  ThisExpression: object;
  TSAsExpression: { readonly expression: Node; readonly typeAnnotation: Node };
  TSNonNullExpression: { readonly expression: Node };
  TSQualifiedName: { readonly left: Node; readonly right: Node };
  TSTypeAnnotation: { readonly typeAnnotation: Node };
  TSTypeReference: { readonly typeName: Node; readonly typeArguments?: Node | null };
  TSTypeParameterInstantiation: { readonly params: readonly Node[] };
  UnaryExpression: { readonly operator: string; readonly argument: Node };
  VariableDeclaration: { readonly kind: string };
  VariableDeclarator: { readonly id: Node; readonly init: Node | null };
  YieldExpression: { readonly delegate: boolean; readonly argument: Node | null };
}

type Of<K extends keyof Kinds> = Node & Kinds[K] & { readonly type: K };

/** Whether a node is of a kind, and then has its fields. */
export function is<K extends keyof Kinds>(node: Node | null | undefined, type: K): node is Of<K> {
  return node !== null && node !== undefined && node.type === type;
}

export type FunctionNode = Node & FunctionFields;
export type Member = Of<"MemberExpression">;

export function isBlock(node: Node): boolean {
  return node.type === "BlockStatement";
}

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return (
    is(node, "FunctionDeclaration") || is(node, "FunctionExpression") || is(node, "ArrowFunctionExpression")
  );
}

/** Whether calling the function makes a generator: what a coroutine is. */
export function makesCoroutines(node: Node | null | undefined): boolean {
  return isFunction(node) && node.generator && !node.async;
}

/** The function that a node stands in. */
export function functionAround(node: Node): FunctionNode | null {
  for (let at = node.parent; at !== null; at = at.parent) if (isFunction(at)) return at;
  return null;
}

/** The name that a member is read or defined by; private ones with their `#`. */
export function memberName(key: Node, computed: boolean): string | null {
  if (is(key, "PrivateIdentifier")) return `#${key.name}`;
  return !computed && is(key, "Identifier") ? key.name : null;
}
