import { expect, test } from "vitest";
import { expectationsOf, unkept } from "../support/expectations.ts";
import { commentFences, markdownFences } from "../support/fences.ts";

const tick = "```";

test("fences of Markdown carry their kind, reason and line; other languages are passed over", () => {
  const text = [
    `${tick}ts`,
    "a();",
    tick,
    `${tick}sh`,
    `${tick}ts`,
    tick,
    `- ${tick}`,
    `  ${tick}ts no-run needs a server`,
    "  b();",
    `  ${tick}`,
    `${tick}ts no-check pseudo code`,
    "...",
    tick,
  ].join("\n");
  expect(markdownFences(text)).toEqual({
    fences: [
      { kind: "run", reason: "", line: 2, code: "a();" },
      { kind: "no-run", reason: "needs a server", line: 9, code: "b();" },
      { kind: "no-check", reason: "pseudo code", line: 12, code: "..." },
    ],
    bad: [],
  });
});

test("a mark without a reason and an unknown mark are failures", () => {
  const text = `${tick}ts no-run\n${tick}\n${tick}ts norun because\n${tick}`;
  expect(markdownFences(text).bad).toEqual([
    { line: 2, problem: `"no-run" needs a reason` },
    { line: 4, problem: `unknown mark "norun" on a ts fence` },
  ]);
});

test("fences of doc comments lose the stars and keep their lines; code outside comments is not read", () => {
  const text = [
    "/**",
    " * Adds.",
    " *",
    ` * ${tick}ts`,
    " * if (x) {",
    " *   y();",
    " * }",
    ` * ${tick}`,
    " */",
    `const s = "${tick}ts";`,
  ].join("\n");
  expect(commentFences(text).fences).toEqual([
    { kind: "run", reason: "", line: 5, code: "if (x) {\n  y();\n}" },
  ]);
});

test("promised output is compared with what its line printed", () => {
  const code = [
    "console.log(1 + 1); // => 2",
    "console.log({ a: 1 });",
    "// => { a: 1 }",
    "//",
    "// => !",
  ].join("\n");
  const expectations = expectationsOf(code);
  expect(expectations).toEqual([
    { line: 1, value: "2" },
    { line: 2, value: "{ a: 1 } !" },
  ]);
  const printed = [
    { line: 1, text: "2" },
    { line: 2, text: "{ a:\n 1 }" },
  ];
  expect(unkept(expectations, printed)).toEqual(["line 2: expected { a: 1 } !, got { a: 1 }"]);
  expect(unkept([{ line: 7, value: "x" }], printed)).toEqual([
    "line 7: expected x, nothing was printed there",
  ]);
});
