import { expect, test } from "vitest";
import { testNames } from "../support/test-names.ts";

test("tests and describes are found, with their lines; expressions of templates are left out", () => {
  const text = [
    'describe("outer", () => {',
    '  test("a test", () => {});',
    '  test.each([1, 2])("each (K8)", () => {});',
    "  for (const Kind of kinds) {",
    "    atEveryMoment(`a ${Kind.name} of two (${dialect.name})`, () => {});",
    "  }",
    "  both(",
    '    "over several lines (S1)",',
    "    function* ({ wait }) {",
    '      log.push("not a name");',
    "    },",
    "  );",
    "});",
  ].join("\n");
  expect(testNames("x.test.ts", text).map(({ line, kind, title }) => [line, kind, title])).toEqual([
    [1, "describe", "outer"],
    [2, "test", "a test"],
    [3, "test", "each (K8)"],
    [5, "test", "a … of two (…)"],
    [7, "test", "over several lines (S1)"],
  ]);
  expect(testNames("x.test.ts", text).map(({ within }) => within.length)).toEqual([0, 1, 1, 1, 1]);
});

test("comments, strings and other calls are no tests, and computed names none that can be cited", () => {
  const text = [
    '// test("in a comment")',
    "const s = 'test(\"in a string\")';",
    'expect("test").toBe("test");',
    'add("test", other("x"));',
    "both(name, function* () {});",
    "test(`${name}`, () => {});",
  ].join("\n");
  expect(testNames("x.test.ts", text).map(({ title }) => title)).toEqual(["…"]);
});

test("types do not disturb it; a file that cannot be read is an error with its name", () => {
  const text = 'const f = <T>(x: T): T => x as T;\ntest("typed", () => f<number>(1)!);';
  expect(testNames("x.test.ts", text)).toHaveLength(1);
  expect(() => testNames("broken.test.ts", 'test("x", () => {')).toThrow("broken.test.ts");
});
