// The steps of the check: what each runs, and how its outcome is counted.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { command, type Outcome } from "./command.ts";
import { root, shown, workspaces } from "./workspace.ts";

export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Shown when something failed. */
  readonly output: string;
}

export interface Step {
  readonly name: string;
  run(): Promise<StepResult>;
}

const minutes = 60_000;

function spoken(outcome: Outcome): string {
  return outcome.stdout + outcome.stderr + (outcome.timedOut ? "\nkilled: it took too long\n" : "");
}

/** A check that passes or fails as a whole. */
function verdict(outcome: Outcome): StepResult {
  const ok = outcome.code === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, output: spoken(outcome) };
}

function together(results: readonly StepResult[]): StepResult {
  const sum = (pick: (result: StepResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  return {
    passed: sum((result) => result.passed),
    failed: sum((result) => result.failed),
    skipped: sum((result) => result.skipped),
    output: results.map((result) => result.output).join("\n"),
  };
}

/** Projects that the root tsconfig.json forgets would never be checked. */
export function forgottenProjects(base: string = root): string[] {
  const { references } = JSON.parse(readFileSync(join(base, "tsconfig.json"), "utf8")) as {
    references: { path: string }[];
  };
  const known = new Set(
    references.map(({ path }) => (path.endsWith(".json") ? path : `${path}/tsconfig.json`)),
  );
  const folders = [
    ...workspaces("packages", base).map((workspace) => workspace.folder),
    ...workspaces("examples", base).map((workspace) => workspace.folder),
    ...["tools", "benchmarks"].map((name) => join(base, name)).filter((path) => existsSync(path)),
  ];
  return folders
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => /[\\/]tsconfig[\w.-]*\.json$/.test(path))
    .map((path) => shown(path, base))
    .filter((path) => !known.has(path));
}

async function types(): Promise<StepResult> {
  const forgotten = forgottenProjects().map((path) => `tsconfig.json: no reference to ${path}\n`);
  const result = verdict(await command("tsc", ["-b", "--pretty", "false"], { timeout: 5 * minutes }));
  if (forgotten.length === 0) return result;
  return { passed: 0, failed: 1, skipped: 0, output: forgotten.join("") + result.output };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** The counts of a vitest run. A file that could not be loaded is one failure, and so is an error outside any test. */
export function countTests(report: VitestReport, outcome: Outcome): StepResult {
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const counted = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    failed: counted === 0 && outcome.code !== 0 ? 1 : counted,
    skipped: report.numPendingTests + report.numTodoTests,
    output: spoken(outcome),
  };
}

/** Runs vitest on some projects: by the node at hand, or by the host whose command line is given. */
export async function vitest(
  name: string,
  projects: readonly string[],
  host: {
    readonly command: readonly [string, ...string[]];
    readonly options: readonly string[];
    /** Milliseconds. */
    readonly timeout?: number;
  } = { command: ["vitest"], options: [] },
): Promise<StepResult> {
  const file = join(root, ".cache", "check", `${name}.json`);
  mkdirSync(join(root, ".cache", "check"), { recursive: true });
  rmSync(file, { force: true });
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${file}`];
  const chosen = projects.map((project) => `--project=${project}`);
  const [program, ...first] = host.command;
  const args = [...first, "run", ...reporters, ...chosen, ...host.options];
  const outcome = await command(program, args, { timeout: host.timeout ?? 10 * minutes });
  if (!existsSync(file)) return { ...verdict(outcome), passed: 0 };
  return countTests(JSON.parse(readFileSync(file, "utf8")) as VitestReport, outcome);
}

async function examples(): Promise<StepResult> {
  const all = workspaces("examples");
  const results = [await vitest("examples", ["examples/*"])];
  for (const { folder, manifest } of all) {
    if (manifest.scripts?.["smoke"] === undefined) continue;
    results.push(
      verdict(await command("npm", ["run", "--silent", "smoke"], { cwd: folder, timeout: 2 * minutes })),
    );
  }
  return together(results);
}

async function docs(): Promise<StepResult> {
  const outcome = await command("node", ["tools/doctest.ts"], { timeout: 10 * minutes });
  const counts = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(outcome.stdout);
  if (counts === null) return { ...verdict(outcome), passed: 0, failed: 1 };
  const [passed = 0, failed = 0, skipped = 0] = counts.slice(1).map(Number);
  return { passed, failed, skipped, output: spoken(outcome) };
}

const whole = (name: string, program: string, ...args: string[]): Step => ({
  name,
  run: async () => verdict(await command(program, args, { timeout: 5 * minutes })),
});

export const steps: readonly Step[] = [
  whole("format", "oxfmt", "--check", "."),
  whole("imports", "node", "tools/import-graph.ts"),
  whole("links", "node", "tools/links.ts"),
  { name: "types", run: types },
  whole("lint", "oxlint", "--deny-warnings"),
  whole("api", "node", "tools/api-report.ts"),
  whole("conformance", "node", "tools/conformance.ts"),
  whole("published", "node", "tools/published.ts"),
  { name: "unit", run: () => vitest("unit", ["packages/*", "tools"]) },
  { name: "examples", run: examples },
  { name: "docs", run: docs },
];
