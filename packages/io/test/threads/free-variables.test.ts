// Which names a function takes from outside.
import { parseExpressionAt } from "acorn";
import { expect, test } from "vitest";
import { freeNames } from "../../src/threads/free-variables.ts";

const namesOf = (text: string): string[] =>
  freeNames(parseExpressionAt(`(${text})`, 0, { ecmaVersion: "latest", sourceType: "module" }))
    .map(({ name }) => name)
    .sort();

test.each<[text: string, free: string[]]>([
  ["(x) => x", []],
  ["(x) => x * factor", ["factor"]],
  ["() => Math.max(1, 2)", ["Math"]],
  // parameters
  ["({ a, b: [c = d], ...rest }, ...more) => [a, c, rest, more]", ["d"]],
  ["({ [key]: a = b }) => a", ["b", "key"]],
  ["(a = b, b) => a", []],
  ["(a = c) => { var c = a; }", ["c"]],
  ["(a, a2 = () => a) => a2", []],
  // declarations
  ["() => { use(a); let a; const { b, ...c } = a; var [d] = b; return c + d; }", ["use"]],
  ["() => { { var a = 1; let b = 2; } return a + b; }", ["b"]],
  ["() => { f(); function f() { return g; } }", ["g"]],
  ["() => { if (1) { function f() {} } f(); }", ["f"]],
  [
    "() => { for (const a of b) a; for (let c = 0; c < d; c++); for (e in f); a; }",
    ["a", "b", "d", "e", "f"],
  ],
  ["() => { for (var a of []); return a; }", []],
  ["async () => { for await (const a of b) a; }", ["b"]],
  ["() => { try { a; } catch ({ message, ...b }) { message; b; } message; }", ["a", "message"]],
  ["() => { try {} catch { error; } }", ["error"]],
  ["() => { switch (a) { case b: let c; } c; }", ["a", "b", "c"]],
  ["() => { using a = b; return a; }", ["b"]],
  // functions in functions
  ["function self(n) { return n && self(n - 1); }", []],
  ["() => { const f = function inner() { return inner; }; return inner; }", ["inner"]],
  ["function () { return arguments.length + (this ?? 0) + new.target; }", []],
  // There is no `this`: to look into it is an error, be it where it may.
  ["function () { return this.x; }", ["this"]],
  ["function () { return () => this['x']; }", ["this"]],
  ["function () { return function () { return this.x; }; }", []],
  ["function () { return { f() { return this.x; } }.f(); }", []],
  ["() => arguments", ["arguments"]],
  ["() => this.x", ["this"]],
  ["() => function () { return () => this; }", []],
  ["function* () { yield* sleep(1); }", ["sleep"]],
  // classes
  [
    "() => class A extends B { #p = q; static r = A; [s]() { return super.t(this.#p); } static { u; } }",
    ["B", "q", "s", "u"],
  ],
  ["() => { new C(); class C { x = this; y = arguments1; } }", ["arguments1"]],
  ["() => class { static { var inside = 1; inside; } }", []],
  ["() => class { get a() { return b; } set a(c) { c; } }", ["b"]],
  // objects and members
  [
    "() => ({ a, b: c, [d]: 1, e() { return f; }, get g() { return super.h; }, ...i })",
    ["a", "c", "d", "f", "i"],
  ],
  ["() => a.b.c[d]?.e?.[f]", ["a", "d", "f"]],
  ["() => ({ __proto__: null, async *m() { yield n; } })", ["n"]],
  // assignments
  ["() => { [a, b.c] = [1]; ({ d, e: f = g } = {}); h++; i &&= 1; }", ["a", "b", "d", "f", "g", "h", "i"]],
  // expressions
  ["() => typeof a === 'undefined' || typeof a.b", ["a"]],
  ["() => `x${a}` + tag`${b}`", ["a", "b", "tag"]],
  ["() => { label: for (;;) { break label; continue label; } }", []],
  ["async () => import(a)", ["a"]],
  ["async () => import('node:path')", []],
  ["async () => import('../work.ts')", ["the module ../work.ts"]],
  ["() => import.meta.url", ["import.meta"]],
  ["() => new A(...b)", ["A", "b"]],
  ["() => (a, b)", ["a", "b"]],
])("%s", (text, free) => {
  expect(namesOf(text)).toEqual(free);
});

test("where a name is used first is told", () => {
  expect(freeNames(parseExpressionAt("(() => a + b + a)", 0, { ecmaVersion: "latest" }))).toEqual([
    { name: "a", at: 7 },
    { name: "b", at: 11 },
  ]);
});
