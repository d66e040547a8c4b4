// Route patterns: `/users/:id`, `/users/:id(\\d+)`, `/files/*`. The syntax is the pathname part of URLPattern that a tree
// of segments can hold; the parameters' names are part of the type.

import { InvalidRouteError } from "../errors.ts";

type SegmentParams<S extends string> = S extends `:${infer Rest}`
  ? Rest extends `${infer Name}(${string}`
    ? { readonly [K in Name]: string }
    : { readonly [K in Rest]: string }
  : S extends "*"
    ? { readonly "*": string }
    : unknown;

type AllParams<P extends string> = P extends `${infer Head}/${infer Tail}`
  ? SegmentParams<Head> & AllParams<Tail>
  : SegmentParams<P>;

/** The parameters of a pattern: `PathParams<"/users/:id">` is `{ id: string }`. */
export type PathParams<P extends string> = string extends P
  ? Readonly<Record<string, string>>
  : { readonly [K in keyof AllParams<P>]: string };

export type Segment =
  | { readonly kind: "static"; readonly text: string }
  | { readonly kind: "param"; readonly name: string; readonly source: string | null }
  | { readonly kind: "rest" };

const PARAM = /^:([A-Za-z_][A-Za-z0-9_]*)(?:\((.+)\))?$/;

/** @throws {InvalidRouteError} */
export function parsePattern(pattern: string): readonly Segment[] {
  if (!pattern.startsWith("/")) throw new InvalidRouteError(`Route must start with a slash: ${pattern}`);
  const parts = pattern.slice(1).split("/");
  const names = new Set<string>();
  return parts.map((part, index): Segment => {
    if (part === "*") {
      if (index !== parts.length - 1) throw new InvalidRouteError(`A * must be the last segment: ${pattern}`);
      return { kind: "rest" };
    }
    if (!part.startsWith(":")) {
      if (/[*()?{}]/.test(part))
        throw new InvalidRouteError(`Cannot read segment "${part}" of route ${pattern}`);
      return { kind: "static", text: part };
    }
    const match = PARAM.exec(part);
    const name = match?.[1];
    if (match === null || name === undefined)
      throw new InvalidRouteError(`Cannot read segment "${part}" of route ${pattern}`);
    if (names.has(name)) throw new InvalidRouteError(`Parameter ${name} appears twice in route ${pattern}`);
    names.add(name);
    return { kind: "param", name, source: match[2] ?? null };
  });
}
