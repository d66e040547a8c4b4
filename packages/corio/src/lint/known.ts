// Reads the table of facts: which calls give an Awaitable, and what else they give.

import { facts } from "./facts.ts";

/** What a call gives, and what it hands to the functions that it is given. */
export interface Callable {
  readonly gives: Given;
  /** The types of the parameters of a function that it is given. */
  readonly hands: readonly (TypeRef | null)[];
}

/** A type of one of the packages. */
export interface TypeRef {
  readonly package: string;
  readonly name: string;
}

export type Given =
  | { readonly kind: "awaitable"; readonly of: TypeRef | null }
  | { readonly kind: "object"; readonly type: TypeRef }
  | { readonly kind: "tuple"; readonly types: readonly (TypeRef | null)[] }
  | { readonly kind: "nothing" };

/** The package that a specifier means, if the table knows it. */
export function knownPackage(specifier: unknown): string | null {
  if (typeof specifier !== "string") return null;
  const depth = specifier.startsWith("@") ? 2 : 1;
  const name = specifier.split("/").slice(0, depth).join("/");
  return Object.hasOwn(facts, name) ? name : null;
}

export function isKnownType(type: TypeRef): boolean {
  return Object.hasOwn(facts[type.package]?.types ?? {}, type.name);
}

export function exportedFunction(from: string, name: string): Callable | null {
  return callable(from, own(facts[from]?.functions, name));
}

export function methodOf(type: TypeRef, name: string): Callable | null {
  return callable(type.package, own(facts[type.package]?.types[type.name], name));
}

function own(table: Readonly<Record<string, string>> | undefined, name: string): string | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

function callable(from: string, fact: string | undefined): Callable | null {
  if (fact === undefined) return null;
  const [, result = "", parameters = ""] = /^([^(]*)(?:\((.*)\))?$/.exec(fact)!;
  const types = (list: string): (TypeRef | null)[] => list.split(",").map((name) => typeNamed(from, name));
  return { gives: given(result, types), hands: parameters === "" ? [] : types(parameters) };
}

function given(result: string, types: (list: string) => (TypeRef | null)[]): Given {
  if (result.startsWith("~")) return { kind: "awaitable", of: types(result.slice(1))[0] ?? null };
  if (result.startsWith("[")) return { kind: "tuple", types: types(result.slice(1, -1)) };
  const [type = null] = types(result);
  return type === null ? { kind: "nothing" } : { kind: "object", type };
}

/** A name means the package's own type, or else one of corio. */
function typeNamed(from: string, name: string): TypeRef | null {
  for (const place of [from, "corio"]) {
    const type = { package: place, name };
    if (isKnownType(type)) return type;
  }
  return null;
}
