// Which names a piece of JavaScript takes from outside. For text that a thread is to run: there is no outside there.
//
// Names bubble: each scope keeps what it declares and what it uses, and hands on, when it ends, what it uses and does not declare. So a
// use may come before its declaration, as it may in JavaScript.
import type { Node } from "acorn";

export interface FreeName {
  readonly name: string;
  /** Where it is used first, counted in characters from the start of the text. */
  readonly at: number;
}

/** Any node, as the walk sees it. */
type AnyNode = Node & Record<string, unknown>;

interface Scope {
  readonly names: Set<string>;
  readonly uses: Map<string, number>;
  readonly outer: Scope | null;
  /** Where `var` puts its names: in the body of a function. */
  readonly isBody: boolean;
}

/** What `this` is looked into as: that is an error where there is none, while `this` alone is undefined. */
const RECEIVER = "this.";

/**
 * The names that a function uses and does not declare: `this`, `arguments`, `super`, `import.meta` and modules by relative addresses among them.
 * It is called without a `this`: what a function may do with that is to find it undefined, what a method may do is nothing.
 */
export function freeNames(tree: Node, isMethod = false): FreeName[] {
  const walk = new Walk();
  const top = walk.open(null, true);
  const node = tree as AnyNode;
  if (node.type === "FunctionExpression") {
    walk.callable(node, top, isMethod ? ["arguments", "new.target"] : ["this", "arguments", "new.target"]);
  } else walk.visit(node, top);
  const receiver = top.uses.get(RECEIVER);
  if (receiver !== undefined) {
    top.uses.delete(RECEIVER);
    top.uses.set("this", Math.min(receiver, top.uses.get("this") ?? Infinity));
  }
  return Array.from(top.uses, ([name, at]) => ({ name, at })).filter(({ name }) => !top.names.has(name));
}

class Walk {
  open(outer: Scope | null, isBody: boolean): Scope {
    return { names: new Set(), uses: new Map(), outer, isBody };
  }

  /** Ends a scope: what it does not declare is used by the one around it. */
  close(scope: Scope): void {
    for (const [name, at] of scope.uses) if (!scope.names.has(name)) this.use(name, at, scope.outer!);
  }

  use(name: string, at: number, scope: Scope): void {
    if (!scope.uses.has(name)) scope.uses.set(name, at);
  }

  visit(node: AnyNode | null | undefined, scope: Scope): void {
    if (node === null || node === undefined) return;
    const special = visitors[node.type];
    if (special === undefined) this.children(node, scope);
    else special(this, node, scope);
  }

  children(node: AnyNode, scope: Scope): void {
    for (const key of Object.keys(node)) this.all(node[key], scope);
  }

  all(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) for (const item of value) this.all(item, scope);
    else if (isNode(value)) this.visit(value, scope);
  }

  /** Declares the names of a pattern; its defaults and computed keys are used as they stand. */
  declare(pattern: AnyNode | null | undefined, into: Scope, scope: Scope): void {
    if (pattern === null || pattern === undefined) return;
    switch (pattern.type) {
      case "Identifier":
        into.names.add(nameOf(pattern));
        return;
      case "ObjectPattern":
        for (const property of pattern["properties"] as AnyNode[]) {
          if (property.type === "RestElement") this.declare(child(property, "argument"), into, scope);
          else {
            if (property["computed"] === true) this.visit(child(property, "key"), scope);
            this.declare(child(property, "value"), into, scope);
          }
        }
        return;
      case "ArrayPattern":
        for (const element of pattern["elements"] as (AnyNode | null)[]) this.declare(element, into, scope);
        return;
      case "RestElement":
        this.declare(child(pattern, "argument"), into, scope);
        return;
      case "AssignmentPattern":
        this.visit(child(pattern, "right"), scope);
        this.declare(child(pattern, "left"), into, scope);
    }
  }

  /** A function: what it has of itself, its own name, its parameters, and inside them its body. */
  callable(node: AnyNode, scope: Scope, has: readonly string[] = OWN): void {
    const head = this.open(scope, false);
    if (node.type !== "ArrowFunctionExpression") for (const own of has) head.names.add(own);
    if (node.type === "FunctionExpression" && isNode(node["id"])) head.names.add(nameOf(node["id"]));
    for (const parameter of node["params"] as AnyNode[]) this.declare(parameter, head, head);
    const inside = this.open(head, true);
    const body = child(node, "body")!;
    if (body.type === "BlockStatement") this.all(body["body"], inside);
    else this.visit(body, inside);
    this.close(inside);
    this.close(head);
  }

  block(node: AnyNode, scope: Scope): void {
    const inner = this.open(scope, false);
    this.children(node, inner);
    this.close(inner);
  }

  classLike(node: AnyNode, scope: Scope): void {
    const inner = this.open(scope, false);
    if (isNode(node["id"])) inner.names.add(nameOf(node["id"]));
    this.visit(child(node, "superClass"), inner);
    for (const member of child(node, "body")!["body"] as AnyNode[]) {
      if (member["computed"] === true) this.visit(child(member, "key"), inner);
      // `super`, and `this` in fields and static blocks, are the class's own.
      const own = this.open(inner, true);
      for (const name of ["super", "this", RECEIVER, "arguments"]) own.names.add(name);
      if (member.type === "StaticBlock") this.all(member["body"], own);
      else this.visit(child(member, "value"), own);
      this.close(own);
    }
    this.close(inner);
  }
}

/** What every function has that is no arrow. */
const OWN = ["this", RECEIVER, "arguments", "new.target"];

type Visitor = (walk: Walk, node: AnyNode, scope: Scope) => void;

const callable: Visitor = (walk, node, scope) => walk.callable(node, scope);
const block: Visitor = (walk, node, scope) => walk.block(node, scope);

const visitors: Readonly<Record<string, Visitor | undefined>> = {
  Identifier: (walk, node, scope) => walk.use(nameOf(node), node.start, scope),
  ThisExpression: (walk, node, scope) => walk.use("this", node.start, scope),
  Super: (walk, node, scope) => walk.use("super", node.start, scope),
  MetaProperty: (walk, node, scope) =>
    walk.use(`${nameOf(child(node, "meta")!)}.${nameOf(child(node, "property")!)}`, node.start, scope),
  ImportExpression: (walk, node, scope) => {
    const { value } = child(node, "source") as { value?: unknown };
    // From where would it be looked for?
    if (typeof value === "string" && /^\.\.?\//.test(value))
      walk.use(`the module ${value}`, node.start, scope);
    walk.children(node, scope);
  },
  MemberExpression: (walk, node, scope) => {
    const object = child(node, "object")!;
    if (object.type === "ThisExpression") walk.use(RECEIVER, object.start, scope);
    else walk.visit(object, scope);
    if (node["computed"] === true) walk.visit(child(node, "property"), scope);
  },
  Property: (walk, node, scope) => {
    if (node["computed"] === true) walk.visit(child(node, "key"), scope);
    const value = child(node, "value")!;
    if (node["method"] !== true && node["kind"] === "init") return walk.visit(value, scope);
    // A method or accessor of an object: `super` is that object's prototype.
    const own = walk.open(scope, false);
    own.names.add("super");
    walk.visit(value, own);
    walk.close(own);
  },
  UnaryExpression: (walk, node, scope) => {
    // `typeof name` asks whether the name is there.
    const argument = child(node, "argument")!;
    if (node["operator"] !== "typeof" || argument.type !== "Identifier") walk.visit(argument, scope);
  },
  VariableDeclaration: (walk, node, scope) => {
    let into = scope;
    if (node["kind"] === "var") while (!into.isBody) into = into.outer!;
    for (const declarator of node["declarations"] as AnyNode[]) {
      walk.declare(child(declarator, "id"), into, scope);
      walk.visit(child(declarator, "init"), scope);
    }
  },
  FunctionDeclaration: (walk, node, scope) => {
    scope.names.add(nameOf(child(node, "id")!));
    walk.callable(node, scope);
  },
  FunctionExpression: callable,
  ArrowFunctionExpression: callable,
  ClassDeclaration: (walk, node, scope) => {
    scope.names.add(nameOf(child(node, "id")!));
    walk.classLike(node, scope);
  },
  ClassExpression: (walk, node, scope) => walk.classLike(node, scope),
  BlockStatement: block,
  ForStatement: block,
  ForInStatement: block,
  ForOfStatement: block,
  SwitchStatement: block,
  CatchClause: (walk, node, scope) => {
    const inner = walk.open(scope, false);
    walk.declare(child(node, "param"), inner, inner);
    walk.visit(child(node, "body"), inner);
    walk.close(inner);
  },
  LabeledStatement: (walk, node, scope) => walk.visit(child(node, "body"), scope),
  BreakStatement: () => {},
  ContinueStatement: () => {},
};

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as Partial<Node>).type === "string";
}

function child(node: AnyNode, key: string): AnyNode | null {
  return (node[key] ?? null) as AnyNode | null;
}

function nameOf(node: AnyNode): string {
  return node["name"] as string;
}
