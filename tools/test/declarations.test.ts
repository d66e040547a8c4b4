import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { report } from "../api-report.ts";
import { readModule } from "../support/declarations.ts";
import { lineDiff } from "../support/line-diff.ts";

test("the report has what the entry exports and what that mentions, sorted, without comments and private members", () => {
  const folder = mkdtempSync(join(tmpdir(), "api-report-"));
  try {
    mkdirSync(join(folder, "dist"));
    writeFileSync(
      join(folder, "dist", "index.d.ts"),
      `export { Zebra as Horse } from "./zebra.ts";\nexport * from "./more.ts";\nexport type { T } from "elsewhere";\n`,
    );
    writeFileSync(
      join(folder, "dist", "zebra.d.ts"),
      `import type { Hidden } from "./hidden.ts";\n/** Doc. */\nexport declare class Zebra {\n    #private;\n    private x;\n    /** m */\n    m(): Hidden;\n}\ndeclare const unused = 1;\n`,
    );
    writeFileSync(join(folder, "dist", "hidden.d.ts"), `export interface Hidden {\n    a: 1;\n}\n`);
    writeFileSync(
      join(folder, "dist", "more.d.ts"),
      `export declare function b(x: string): void;\nexport declare function b(x: number): void;\nexport type A = {\n    c: 2;\n};\n`,
    );
    const text = report({
      folder,
      manifest: { name: "p", exports: { ".": { types: "./dist/index.d.ts" } } },
    });
    expect(text?.match(/```ts\n[\s\S]*?\n```/g)).toEqual([
      '```ts\ntype A = {\n  c: 2;\n};\n\n// exported as Horse\nclass Zebra {\n  m(): Hidden;\n}\n\nexport T = T from "elsewhere";\n\nfunction b(x: string): void;\nfunction b(x: number): void;\n```',
      "```ts\ninterface Hidden {\n  a: 1;\n}\n```",
    ]);
    expect(text).not.toContain("unused");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what is marked internal is no API", () => {
  const text = [
    "export declare class A {",
    "    /** @internal */",
    "    hidden(): void;",
    "    /** Doc. */",
    "    shown(): void;",
    "    /** Long",
    "     * @internal */",
    "    constructor(options: {",
    "        readonly x: number;",
    "    });",
    "    /** @internal */",
    "    get x(): { a: 1 };",
    "    last: string;",
    "}",
    "",
  ].join("\n");
  const declaration = readModule("a.d.ts", text).declarations.get("A");
  expect(declaration?.text).toBe("class A {\n    shown(): void;\n    last: string;\n}");
});

test("a diff shows what changed, with context", () => {
  expect(lineDiff("a\nb\nc\nd\ne\nf", "a\nb\nc\nD\ne\nf", 1)).toBe(" c\n-d\n+D\n e");
  expect(lineDiff("same", "same")).toBe("");
  expect(lineDiff("a", "a\nb")).toBe(" a\n+b");
});

test("a union whose members have comments is whole", () => {
  const text = `export type A = \n/** One. */\n"one"\n/** Two. */\n | "two";\nexport type B = 1;\n`;
  const { declarations } = readModule("a.d.ts", text);
  expect(declarations.get("A")?.text).toBe('type A =\n"one"\n | "two";');
  expect(declarations.get("B")?.text).toBe("type B = 1;");
});
