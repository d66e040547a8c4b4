import { describe, expect, expectTypeOf, test } from "vitest";
import { InvalidRouteError } from "@corio/http";
import type { PathParams } from "@corio/http";
import { decodedPath, splitTarget } from "../../src/server/request-path.ts";
import { Router } from "../../src/server/router.ts";

function table(...routes: [string, string][]): Router<string> {
  const router = new Router<string>();
  for (const [method, pattern] of routes) router.add(method, pattern, `${method} ${pattern}`);
  return router;
}

/** The handler and parameters that a path leads to, the allowed methods, or null. */
function look(router: Router<string>, method: string, target: string): unknown {
  const match = router.match(method, splitTarget(target)!.segments);
  if (match.kind === "found") return [match.route.handler, { ...match.params }];
  return match.kind === "method" ? match.allowed : null;
}

const router = table(
  ["GET", "/"],
  ["GET", "/users"],
  ["POST", "/users"],
  ["GET", "/users/me"],
  ["GET", "/users/:id(\\d+)"],
  ["GET", "/users/:name"],
  ["DELETE", "/users/:id(\\d+)"],
  ["PUT", "/users/:other"],
  ["GET", "/users/:id/posts/:post"],
  ["GET", "/files/*"],
  ["GET", "/files/special"],
  ["*", "/any"],
  ["GET", "/a/:x/c"],
  ["GET", "/a/b/d"],
);

describe("Router", () => {
  test.each([
    ["GET", "/", ["GET /", {}]],
    ["GET", "/users", ["GET /users", {}]],
    ["GET", "/users/me", ["GET /users/me", {}]],
    ["GET", "/users/42", ["GET /users/:id(\\d+)", { id: "42" }]],
    ["GET", "/users/bob", ["GET /users/:name", { name: "bob" }]],
    ["GET", "/users/42/posts/7?x=1", ["GET /users/:id/posts/:post", { id: "42", post: "7" }]],
    ["PUT", "/users/42", ["PUT /users/:other", { other: "42" }]],
    ["HEAD", "/users", ["GET /users", {}]],
    ["GET", "/files/", ["GET /files/*", { "*": "" }]],
    ["GET", "/files/a/b.txt", ["GET /files/*", { "*": "a/b.txt" }]],
    ["GET", "/files/special", ["GET /files/special", {}]],
    ["BREW", "/any", ["* /any", {}]],
    // A static segment that leads nowhere gives way to a parameter.
    ["GET", "/a/b/c", ["GET /a/:x/c", { x: "b" }]],
    ["GET", "/users/J%C3%BCrgen", ["GET /users/:name", { name: "Jürgen" }]],
    ["GET", "/users/a%2Fb", ["GET /users/:name", { name: "a/b" }]],
    ["GET", "/%75sers", ["GET /users", {}]],
  ])("%s %s", (method, target, expected) => {
    expect(look(router, method, target)).toEqual(expected);
  });

  test.each(["/nope", "/users/", "/users/42/posts", "//users", "/files", "/USERS", "/users/42/posts/"])(
    "has nothing at %s",
    (target) => {
      expect(look(router, "GET", target)).toBeNull();
    },
  );

  test("knows which methods a path has", () => {
    expect(look(router, "PATCH", "/users")).toEqual(["GET", "HEAD", "POST"]);
    expect(look(router, "PATCH", "/users/42")).toEqual(["DELETE", "GET", "HEAD", "PUT"]);
    expect(look(router, "DELETE", "/users/bob")).toEqual(["GET", "HEAD", "PUT"]);
  });

  test("gives parameters that Object.prototype cannot shadow", () => {
    const match = table(["GET", "/:__proto__"]).match("GET", ["x"]);
    expect(match).toMatchObject({ kind: "found" });
    expect(Object.getPrototypeOf(match.kind === "found" ? match.params : {})).toBeNull();
  });

  test.each(["users", "/a*", "/*/b", "/:", "/:1", "/:a/:a", "/:a(", "/:a([)", "/(x)", "/{a}"])(
    "refuses %s",
    (pattern) => {
      expect(() => table(["GET", pattern])).toThrow(InvalidRouteError);
    },
  );

  test("refuses the same route twice, also under another parameter name", () => {
    expect(() => table(["GET", "/a/:x"], ["GET", "/a/:y"])).toThrow(InvalidRouteError);
  });
});

describe("splitTarget", () => {
  test.each(["/%", "/%zz", "/%C3", "/a%e0%a4"])("refuses %s", (target) => {
    expect(splitTarget(target)).toBeNull();
  });

  test("keeps an encoded slash apart from a real one", () => {
    expect(decodedPath(splitTarget("/a%2Fb/c%20d?e=%2F")!)).toBe("/a%2Fb/c d");
  });
});

test("PathParams are typed by the pattern", () => {
  expectTypeOf<PathParams<"/users/:id/posts/:post">>().toEqualTypeOf<{
    readonly id: string;
    readonly post: string;
  }>();
  expectTypeOf<PathParams<"/users/:id(\\d+)">>().toEqualTypeOf<{ readonly id: string }>();
  expectTypeOf<PathParams<"/files/*">>().toEqualTypeOf<{ readonly "*": string }>();
  expectTypeOf<PathParams<string>>().toEqualTypeOf<Readonly<Record<string, string>>>();
});
