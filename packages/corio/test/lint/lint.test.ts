// The lint rules, by the real linter: each line of a fixture that must be found says so.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import plugin from "corio/lint";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../../../..");
const fixtures = join(here, "fixtures");

interface Preset {
  readonly jsPlugins: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

const preset = JSON.parse(readFileSync(join(here, "../../oxlint.json"), "utf8")) as Preset;

/** The preset as it is shipped, with the plugin's sources. */
function configFile(name: string): string {
  const folder = join(root, ".cache", "lint");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  const source = join(here, "../../src/lint/index.ts");
  writeFileSync(file, JSON.stringify({ ...preset, jsPlugins: [source], categories: { correctness: "off" } }));
  return file;
}

function oxlint(...args: string[]): { stdout: string; stderr: string } {
  const bin = join(root, "node_modules", "oxlint", "bin", "oxlint");
  const flags = ["--disable-nested-config", "--no-ignore", "-c", configFile("preset")];
  return spawnSync(process.execPath, [bin, ...flags, ...args], { cwd: root, encoding: "utf8" });
}

function diagnose(folder: string): Diagnostic[] {
  // By name: what git ignores is not found in folders.
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const { stdout, stderr } = oxlint("-f", "json", ...files.map((name) => join(folder, name)));
  try {
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
    // One without a place is about the configuration.
    if (diagnostics.every(({ labels }) => labels.length > 0)) return diagnostics;
  } catch {
    // Told below.
  }
  throw new Error(`oxlint said:\n${stdout}\n${stderr}`);
}

const diagnostics = diagnose(fixtures);
const sources = readdirSync(fixtures).filter((name) => name.endsWith(".ts"));

/** The lines of a fixture, with what was found, or must be: sorted codes. */
function found(fixture: string, codes: (code: string) => boolean): Map<number, string> {
  const byLine = new Map<number, string[]>();
  for (const { filename, code, labels } of diagnostics) {
    if (!filename.endsWith(`/${fixture}`) || !codes(code)) continue;
    const line = labels[0]!.span.line;
    byLine.set(line, [...(byLine.get(line) ?? []), code].sort());
  }
  return new Map([...byLine].sort(([a], [b]) => a - b).map(([line, all]) => [line, all.join(", ")]));
}

function expected(fixture: string): Map<number, string> {
  const lines = readFileSync(join(fixtures, fixture), "utf8").split("\n");
  const marked = lines.map((line) => /\/\/ error\b ?(.*)$/.exec(line)?.[1]);
  return new Map(marked.flatMap((mark, i) => (mark === undefined ? [] : [[i + 1, mark]])));
}

describe("the rules of the plugin", () => {
  for (const rule of Object.keys(plugin.rules)) {
    const fixture = `${rule.replace(/^no-/, "")}.ts`;
    const code = `corio(${rule})`;

    test(`${rule} finds what it must, and nothing else`, () => {
      expect(sources).toContain(fixture);
      const lines = [...expected(fixture).keys()];
      expect(lines.length).toBeGreaterThan(1);
      expect([...found(fixture, (other) => other === code).keys()]).toEqual(lines);
    });

    test(`${rule} is in the presets`, () => {
      expect(preset.rules[`corio/${rule}`]).toBe("error");
      expect(plugin.configs.recommended.rules[`corio/${rule}`]).toBe("error");
    });
  }

  test("the preset names no rule that is not there", () => {
    const own = Object.keys(preset.rules).filter((name) => name.startsWith("corio/"));
    expect(own.map((name) => name.slice("corio/".length)).sort()).toEqual(Object.keys(plugin.rules).sort());
    expect(preset.jsPlugins).toEqual(["corio/lint"]);
  });

  test("messages name what was called", () => {
    const messages = diagnostics.map(({ message }) => message);
    expect(messages).toContain(
      "`queue.put(…)` gives an Awaitable, and nothing happens until it is waited for. Write `yield*` before it, or spawn it.",
    );
  });
});

test("with the type-aware rules of the preset nothing floats, in either dialect", () => {
  expect(found("preset.ts", () => true)).toEqual(expected("preset.ts"));
});

test("the guide says what is found: its lines that it calls bad, and no others", () => {
  const folder = join(root, ".cache", "lint", "guide");
  mkdirSync(folder, { recursive: true });
  const config = {
    extends: join(fixtures, "tsconfig.json"),
    compilerOptions: { rootDir: root },
    include: ["*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const guide = readFileSync(join(root, "docs/guide/lint.md"), "utf8");
  const fences = [...guide.matchAll(/^```ts no-run.*\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
  expect(fences.length).toBeGreaterThan(5);
  fences.forEach((code, i) => writeFileSync(join(folder, `${i}.ts`), code));
  const lines = new Set(
    diagnose(folder).map(({ filename, labels }) => {
      const file = /(\d+)\.ts$/.exec(filename)?.[1];
      return `${file}:${labels[0]!.span.line}`;
    }),
  );
  const bad = fences.flatMap((code, i) =>
    code.split("\n").flatMap((line, at) => (/\/\/ bad\b/.test(line) ? [`${i}:${at + 1}`] : [])),
  );
  expect([...lines].sort()).toEqual(bad.sort());
});

test("a forgotten star is put right by --fix", () => {
  const folder = join(root, ".cache", "lint", "fix");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "forgotten.ts");
  const text = `import { sleep } from "corio";\nexport function* nap() {\n  yield sleep(1);\n}\n`;
  writeFileSync(file, text);
  oxlint("--fix", file);
  expect(readFileSync(file, "utf8")).toBe(text.replace("yield sleep", "yield* sleep"));
});
