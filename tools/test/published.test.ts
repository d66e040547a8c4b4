import { expect, test } from "vitest";
import { offencesOf, targetsOf } from "../support/published.ts";

const exports = {
  ".": { "@corio/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
  "./preset.json": "./preset.json",
};

const files = [
  "LICENSE",
  "README.md",
  "dist/index.d.ts",
  "dist/index.js",
  "dist/testing.js",
  "package.json",
  "preset.json",
  "src/index.ts",
];

test("all that exports leads to is looked for", () => {
  expect(targetsOf(exports)).toEqual([
    "./src/index.ts",
    "./dist/index.d.ts",
    "./dist/index.js",
    "./preset.json",
  ]);
});

test("an archive with what it needs, and no more, is fine", () => {
  expect(offencesOf({ exports, files })).toEqual([]);
});

test("what is missing, and tests and build notes, are offences", () => {
  const others = files.filter((name) => name !== "README.md" && name !== "dist/index.js");
  expect(
    offencesOf({
      exports,
      files: [...others, "dist/test/a.d.ts", "src/b.test.ts", "dist/.tsbuildinfo"],
    }),
  ).toEqual([
    "README.md is missing",
    "dist/index.js is missing",
    "dist/test/a.d.ts is nobody's but ours (3 such files)",
  ]);
});
