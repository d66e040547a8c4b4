// The router: a tree of path segments. Static segments win over parameters, parameters with a pattern over bare ones, and
// all of them over a trailing `*`. It also knows which methods a path has, for 405 and Allow.

import { InvalidRouteError } from "../errors.ts";
import { parsePattern } from "./route-pattern.ts";

export interface Route<H> {
  readonly method: string;
  readonly pattern: string;
  readonly handler: H;
  /** Of the parameters, in the order they stand in the path. */
  readonly names: readonly string[];
}

export type Match<H> =
  | { readonly kind: "found"; readonly route: Route<H>; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: "method"; readonly allowed: readonly string[] }
  | { readonly kind: "none" };

interface ParamEdge<H> {
  readonly source: string | null;
  readonly test: RegExp | null;
  readonly node: RouteNode<H>;
}

class RouteNode<H> {
  readonly statics = new Map<string, RouteNode<H>>();
  // Those with a pattern first.
  readonly params: ParamEdge<H>[] = [];
  readonly routes = new Map<string, Route<H>>();
  readonly rest = new Map<string, Route<H>>();
}

/** The method that answers every other one. */
export const ANY_METHOD = "*";

const NONE = { kind: "none" } as const;

export class Router<H> {
  readonly #root = new RouteNode<H>();

  /** @throws {InvalidRouteError} when the pattern cannot be read or has this method already */
  add(method: string, pattern: string, handler: H): Route<H> {
    const segments = parsePattern(pattern);
    const names: string[] = [];
    let node = this.#root;
    let table = node.routes;
    for (const segment of segments) {
      if (segment.kind === "rest") {
        names.push("*");
        table = node.rest;
        break;
      }
      node =
        segment.kind === "static"
          ? staticChild(node, segment.text)
          : paramChild(node, segment.source, pattern);
      if (segment.kind === "param") names.push(segment.name);
      table = node.routes;
    }
    if (table.has(method)) throw new InvalidRouteError(`Route is taken already: ${method} ${pattern}`);
    const route: Route<H> = { method, pattern, handler, names };
    table.set(method, route);
    return route;
  }

  /** HEAD is answered by GET where it has no route of its own. */
  match(method: string, segments: readonly string[]): Match<H> {
    const search: Search = { method, segments, values: [], allowed: null };
    const route = find(search, this.#root, 0);
    if (route !== null) return { kind: "found", route, params: toParams(route, search.values) };
    if (search.allowed === null) return NONE;
    return { kind: "method", allowed: [...search.allowed].toSorted() };
  }
}

interface Search {
  readonly method: string;
  readonly segments: readonly string[];
  readonly values: string[];
  /** Methods of routes that fit but for the method. */
  allowed: Set<string> | null;
}

function find<H>(search: Search, node: RouteNode<H>, index: number): Route<H> | null {
  const { segments, values } = search;
  if (index === segments.length) return pick(search, node.routes);
  const segment = segments[index] ?? "";
  const child = node.statics.get(segment);
  if (child !== undefined) {
    const route = find(search, child, index + 1);
    if (route !== null) return route;
  }
  if (segment !== "") {
    for (const edge of node.params) {
      if (edge.test !== null && !edge.test.test(segment)) continue;
      values.push(segment);
      const route = find(search, edge.node, index + 1);
      if (route !== null) return route;
      values.pop();
    }
  }
  if (node.rest.size === 0) return null;
  const route = pick(search, node.rest);
  if (route !== null) values.push(segments.slice(index).join("/"));
  return route;
}

function pick<H>(search: Search, table: ReadonlyMap<string, Route<H>>): Route<H> | null {
  if (table.size === 0) return null;
  const { method } = search;
  const route =
    table.get(method) ?? (method === "HEAD" ? table.get("GET") : undefined) ?? table.get(ANY_METHOD);
  if (route !== undefined) return route;
  search.allowed ??= new Set();
  for (const known of table.keys()) {
    search.allowed.add(known);
    if (known === "GET") search.allowed.add("HEAD");
  }
  return null;
}

function toParams<H>(route: Route<H>, values: readonly string[]): Readonly<Record<string, string>> {
  const params = Object.create(null) as Record<string, string>;
  for (const [index, name] of route.names.entries()) params[name] = values[index] ?? "";
  return params;
}

function staticChild<H>(node: RouteNode<H>, text: string): RouteNode<H> {
  let child = node.statics.get(text);
  if (child === undefined) {
    child = new RouteNode<H>();
    node.statics.set(text, child);
  }
  return child;
}

function paramChild<H>(node: RouteNode<H>, source: string | null, pattern: string): RouteNode<H> {
  const known = node.params.find((edge) => edge.source === source);
  if (known !== undefined) return known.node;
  const child = new RouteNode<H>();
  const edge = { source, test: source === null ? null : compile(source, pattern), node: child };
  if (source === null) node.params.push(edge);
  else node.params.unshift(edge);
  return child;
}

function compile(source: string, pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`);
  } catch (cause) {
    throw new InvalidRouteError(
      `Cannot read the parameter's pattern in ${pattern}: ${(cause as Error).message}`,
    );
  }
}
