// Guesses what an expression gives, without types: from what it calls and where that comes from. It knows what is imported from the
// packages, made by `new`, annotated, handed to a body, and the coroutines of the same file. What it does not know it does not report.

import {
  exportedFunction,
  isKnownType,
  knownPackage,
  methodOf,
  type Callable,
  type TypeRef,
} from "./known.ts";
import {
  is,
  isBlock,
  isFunction,
  makesCoroutines,
  memberName,
  type FunctionNode,
  type Member,
  type Node,
} from "./nodes.ts";
import type { Definition, LexicalScope, SourceCode } from "./rule.ts";

export type Guess =
  /** `begins`: outside any run it is a promise, of what has begun. */
  | { readonly kind: "awaitable"; readonly of: TypeRef | null; readonly begins: boolean }
  /** `declared`: its author said that it is a coroutine of ours; any generator of the file might be one. */
  | { readonly kind: "coroutine"; readonly declared: boolean }
  | { readonly kind: "object"; readonly type: TypeRef }
  | { readonly kind: "tuple"; readonly types: readonly (TypeRef | null)[] };

/** Something imported from one of the packages; `name` is null for all of it, as a namespace. */
interface Imported {
  readonly package: string;
  readonly name: string | null;
}

export class Inference {
  readonly #source: SourceCode;
  /** What is being looked at. */
  readonly #asked = new Set<Node>();

  constructor(source: SourceCode) {
    this.#source = source;
  }

  /** What an expression gives; null when that is not known. */
  guess(node: Node | null | undefined): Guess | null {
    if (is(node, "CallExpression")) return this.#ofCall(node.callee);
    if (is(node, "NewExpression")) return this.#ofNew(node.callee);
    if (is(node, "Identifier")) return this.#ofName(node);
    if (is(node, "MemberExpression")) return this.#ofMember(node);
    if (is(node, "AwaitExpression") || (is(node, "YieldExpression") && node.delegate)) {
      const awaited = this.guess(node.argument);
      return awaited?.kind === "awaitable" && awaited.of !== null
        ? { kind: "object", type: awaited.of }
        : null;
    }
    if (is(node, "ConditionalExpression")) return this.guess(node.consequent) ?? this.guess(node.alternate);
    if (is(node, "LogicalExpression")) return this.guess(node.right) ?? this.guess(node.left);
    if (is(node, "ChainExpression") || is(node, "TSNonNullExpression")) return this.guess(node.expression);
    if (is(node, "TSAsExpression")) return this.#ofType(node.typeAnnotation);
    return null;
  }

  #ofCall(callee: Node): Guess | null {
    const made = this.#function(callee);
    if (made !== null) return this.#ofOwnCall(made);
    const gives = this.#callable(callee)?.gives;
    if (gives === undefined || gives.kind === "nothing") return null;
    if (gives.kind !== "awaitable") return gives;
    return { ...gives, begins: this.#imported(callee)?.name === "run" };
  }

  /** What a function of this file gives. */
  #ofOwnCall(made: FunctionNode): Guess | null {
    const { returnType } = made;
    const declared = returnType === null || returnType === undefined ? null : this.#ofType(returnType);
    if (makesCoroutines(made)) return { kind: "coroutine", declared: declared?.kind === "coroutine" };
    if (declared !== null || made.async || isBlock(made.body)) return made.async ? null : declared;
    return this.#once(made, () => this.guess(made.body));
  }

  #ofNew(callee: Node): Guess | null {
    const found = this.#imported(callee);
    if (found === null || found.name === null) return null;
    return object({ package: found.package, name: found.name });
  }

  /** What the table says of a function or method that is called. */
  #callable(callee: Node): Callable | null {
    if (is(callee, "Identifier")) {
      const found = this.#imported(callee);
      return found === null || found.name === null ? null : exportedFunction(found.package, found.name);
    }
    if (!is(callee, "MemberExpression")) return null;
    const name = memberName(callee.property, callee.computed);
    if (name === null) return null;
    const space = this.#imported(callee.object);
    if (space !== null && space.name === null) return exportedFunction(space.package, name);
    const target = this.guess(callee.object);
    return target?.kind === "object" ? methodOf(target.type, name) : null;
  }

  /** The function of this file that is called, if it is one. */
  #function(callee: Node): FunctionNode | null {
    if (is(callee, "Identifier")) {
      const definition = this.#definition(callee, callee.name);
      if (definition?.type === "FunctionName" && isFunction(definition.node)) return definition.node;
      const init = constant(definition);
      return isFunction(init) ? init : null;
    }
    if (!is(callee, "MemberExpression")) return null;
    const member = this.#ownMember(callee);
    const value = is(member, "MethodDefinition") || is(member, "PropertyDefinition") ? member.value : null;
    return isFunction(value) ? value : null;
  }

  #ofName(node: Node & { readonly name: string }): Guess | null {
    const definition = this.#definition(node, node.name);
    return definition === null ? null : this.#once(definition.name, () => this.#ofDefinition(definition));
  }

  #ofDefinition(definition: Definition): Guess | null {
    const { name, node } = definition;
    const annotated = is(name, "Identifier") ? name.typeAnnotation : null;
    if (annotated !== null && annotated !== undefined) return this.#ofType(annotated);
    if (definition.type === "Parameter") return this.#ofParameter(definition);
    const init = constant(definition);
    if (init === null || !is(node, "VariableDeclarator")) return null;
    if (!is(node.id, "ArrayPattern")) return is(node.id, "Identifier") ? this.guess(init) : null;
    const whole = this.guess(init);
    const type = whole?.kind === "tuple" ? whole.types[node.id.elements.indexOf(name)] : undefined;
    return type === undefined || type === null ? null : object(type);
  }

  /** A parameter of a body: what the function hands it that the body is given to. */
  #ofParameter({ name, node }: Definition): Guess | null {
    if (!isFunction(node) || !is(node.parent, "CallExpression") || !node.parent.arguments.includes(node))
      return null;
    const type = this.#callable(node.parent.callee)?.hands[node.params.indexOf(name)];
    return type === undefined || type === null ? null : object(type);
  }

  #ofMember(node: Member): Guess | null {
    const member = this.#ownMember(node);
    if (!is(member, "PropertyDefinition")) return null;
    const { typeAnnotation, value } = member;
    if (typeAnnotation !== null && typeAnnotation !== undefined) return this.#ofType(typeAnnotation);
    return this.#once(member, () => this.guess(value));
  }

  /** A name may be defined by itself: it is then not known. */
  #once(node: Node, look: () => Guess | null): Guess | null {
    if (this.#asked.has(node)) return null;
    this.#asked.add(node);
    try {
      return look();
    } finally {
      this.#asked.delete(node);
    }
  }

  /** The member of the class around that `this.name` means. */
  #ownMember(node: Member): Node | null {
    const name = memberName(node.property, node.computed);
    if (!is(node.object, "ThisExpression") || name === null) return null;
    for (let at = node.parent; at !== null; at = at.parent) {
      // A function of its own has another `this`.
      if (isFunction(at) && at.type !== "ArrowFunctionExpression" && !is(at.parent, "MethodDefinition"))
        return null;
      if (!is(at, "ClassBody")) continue;
      const named = (member: Node): boolean =>
        (is(member, "MethodDefinition") || is(member, "PropertyDefinition")) &&
        memberName(member.key, member.computed) === name;
      return at.body.find(named) ?? null;
    }
    return null;
  }

  #ofType(node: Node): Guess | null {
    if (is(node, "TSTypeAnnotation")) return this.#ofType(node.typeAnnotation);
    if (!is(node, "TSTypeReference")) return null;
    const found = this.#importedType(node.typeName);
    if (found === null || found.name === null) return null;
    if (found.package === "corio" && found.name === "Coroutine") return { kind: "coroutine", declared: true };
    if (found.package === "corio" && found.name === "Awaitable") {
      const args = node.typeArguments;
      const of = is(args, "TSTypeParameterInstantiation") ? args.params[0] : undefined;
      const inner = of === undefined ? null : this.#ofType(of);
      return { kind: "awaitable", of: inner?.kind === "object" ? inner.type : null, begins: false };
    }
    return object({ package: found.package, name: found.name });
  }

  /** What export of a package an identifier means. */
  #imported(node: Node): Imported | null {
    return is(node, "Identifier") ? importedBy(this.#definition(node, node.name)) : null;
  }

  #importedType(name: Node): Imported | null {
    if (!is(name, "TSQualifiedName")) return this.#imported(name);
    const space = this.#imported(name.left);
    if (space === null || space.name !== null || !is(name.right, "Identifier")) return null;
    return { package: space.package, name: name.right.name };
  }

  #definition(at: Node, name: string): Definition | null {
    let scope: LexicalScope | null = this.#source.getScope(at);
    while (scope !== null) {
      const variable = scope.set.get(name);
      if (variable !== undefined) return variable.defs[0] ?? null;
      scope = scope.upper;
    }
    return null;
  }
}

function object(type: TypeRef): Guess | null {
  return isKnownType(type) ? { kind: "object", type } : null;
}

/** What a name stands for that is never set to something else. */
function constant(definition: Definition | null): Node | null {
  if (definition?.type !== "Variable" || !is(definition.node, "VariableDeclarator")) return null;
  const { parent } = definition.node;
  return is(parent, "VariableDeclaration") && parent.kind === "const" ? definition.node.init : null;
}

function importedBy(definition: Definition | null): Imported | null {
  if (definition?.type !== "ImportBinding" || !is(definition.parent, "ImportDeclaration")) return null;
  const from = knownPackage(definition.parent.source.value);
  if (from === null) return null;
  const { node } = definition;
  if (is(node, "ImportNamespaceSpecifier")) return { package: from, name: null };
  return is(node, "ImportSpecifier") && is(node.imported, "Identifier")
    ? { package: from, name: node.imported.name }
    : null;
}
