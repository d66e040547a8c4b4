import { expect, test } from "vitest";
import { importsOf } from "../support/imports.ts";

test("every form of import is found, with its line and whether it is erased", () => {
  const text = [
    `import "./effect.ts";`,
    `import def, { a, type B } from "corio";`,
    `import type { C } from "./c.ts";`,
    `import { type D, type E } from "./d.ts";`,
    `import * as all from "node:fs";`,
    `export { f } from "./f.ts";`,
    `export type { G } from "./g.ts";`,
    `export * from "./h.ts";`,
    `import {`,
    `  long,`,
    `} from "./long.ts";`,
    `const late = await import("./late.ts");`,
    `type Far = import("./far.ts").Far;`,
  ].join("\n");
  expect(importsOf(text).map((found) => [found.line, found.specifier, found.typeOnly])).toEqual([
    [1, "./effect.ts", false],
    [2, "corio", false],
    [3, "./c.ts", true],
    [4, "./d.ts", true],
    [5, "node:fs", false],
    [6, "./f.ts", false],
    [7, "./g.ts", true],
    [8, "./h.ts", false],
    [9, "./long.ts", false],
    [12, "./late.ts", false],
    [13, "./far.ts", true],
  ]);
});

test("imports in comments do not count", () => {
  const text = `/**\n * import { x } from "y";\nimport { z } from "w";\n */\n// import("v")\nexport const a = 1;\n`;
  expect(importsOf(text)).toEqual([]);
});
