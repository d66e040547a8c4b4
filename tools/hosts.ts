// Runs the runtime's tests on the hosts that it promises to run on, besides the node that `npm test` uses:
//
//   node22, node26   the tests of packages/corio, packages/testing and packages/io, which knows how node reads a socket
//   bun, deno        the first two of these; the smoke suite against the built package, found by the host's own conditions; whole programs
//   chromium         the smoke suite in a page
//
//   node tools/hosts.ts [host ...]
//
// The programs are put into .cache/hosts/ when they are not there yet: delete a folder there for a newer version.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleForPackage, bundleForPage } from "../packages/corio/test/support/smoke-bundle.ts";
import { command } from "./support/command.ts";
import { chromium, hostsFolder, packagedProgram, versionOf } from "./support/host-programs.ts";
import { textOfPage } from "./support/page.ts";
import { type StepResult, vitest } from "./support/steps.ts";
import { root } from "./support/workspace.ts";

const minutes = 60_000;
const vitestFile = join(root, "node_modules", "vitest", "vitest.mjs");
const projects = ["packages/corio", "packages/testing"];
const nodeProjects = [...projects, "packages/io"];
/** A guard against hangs, not a measure: some hosts are slower than node, and the machine may be busy. */
const timeout = 40 * minutes;

interface Part extends StepResult {
  readonly name: string;
}

interface Report {
  readonly version: string;
  readonly parts: readonly Part[];
}

/** One part; that it could not be run is a failure of it, and the others are still run. */
async function part(name: string, run: () => Promise<StepResult>): Promise<Part> {
  try {
    return { name, ...(await run()) };
  } catch (error) {
    const output = String(error instanceof Error ? error.stack : error);
    return { name, passed: 0, failed: 1, skipped: 0, output };
  }
}

/** The lines of the smoke suite, counted. */
function countLines(text: string): StepResult {
  const counts = /^(\d+) passed, (\d+) failed$/m.exec(text);
  const failed = counts === null ? 1 : Number(counts[2]);
  return { passed: Number(counts?.[1] ?? 0), failed, skipped: 0, output: text.replace(/^ok .*\n/gm, "") };
}

async function nodeHost(host: "node22" | "node26"): Promise<Report> {
  const program = await packagedProgram(host);
  const run = { command: [program, vitestFile] as [string, ...string[]], options: [], timeout };
  return {
    version: await versionOf(program),
    parts: [await part("tests", () => vitest(host, nodeProjects, run))],
  };
}

/** A program of the user's: corio as it is published, in a folder of its own. */
async function installedSmoke(host: string): Promise<string> {
  const folder = join(hostsFolder, `${host}-program`);
  rmSync(folder, { recursive: true, force: true });
  const installed = join(folder, "node_modules", "corio");
  mkdirSync(installed, { recursive: true });
  const source = join(root, "packages", "corio");
  cpSync(join(source, "package.json"), join(installed, "package.json"));
  cpSync(join(source, "dist"), join(installed, "dist"), { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies: { corio: "*" } }),
  );
  const file = join(folder, "smoke.mjs");
  writeFileSync(file, await bundleForPackage());
  return file;
}

interface OtherHost {
  /** Runs a program. */
  readonly run: readonly string[];
  /** Runs vitest. */
  readonly test: readonly string[];
  readonly options: readonly string[];
  /** Tests of what the host cannot do, by a part of their names. */
  readonly without: readonly string[];
}

const otherHosts: Record<"bun" | "deno", OtherHost> = {
  bun: {
    run: [],
    test: ["--bun", "--conditions=@corio/source"],
    // Bun's child processes lack what vitest's pool of them needs.
    options: ["--pool=threads"],
    without: [
      // They ask for the garbage collector by a switch of V8.
      "lets go of a cancelled callback and its arguments",
      "is not collected, though nobody refers to it",
      "keeps nothing of the task alive",
      // It uses node's inspector.
      "a debugger gets the dump by value",
      // JavaScriptCore hides what `yield*` passes on: the error comes, but after many promises that nobody handles.
      "an async generator function in a coroutine's place",
      // Bun does not tell what work it has in hand.
      "where the machine has nothing in hand",
    ],
  },
  deno: {
    run: ["run", "-A", "--no-lock", "--quiet"],
    test: ["run", "-A", "--no-lock"],
    options: [],
    without: [
      // When an async generator is closed while it runs, Deno forgets its async context at the next yield.
      "async generator is closed exactly if it was begun",
      "comes to its yield all the same is closed",
      // They use node's command line and node's inspector.
      "switches it by CORIO_DEBUG",
      "a debugger gets the dump by value",
      // Deno does not tell what work it has in hand.
      "where the machine has nothing in hand",
    ],
  },
};

async function otherHost(host: "bun" | "deno"): Promise<Report> {
  const program = await packagedProgram(host);
  const { run, test, options, without } = otherHosts[host];
  const smoke = await part("smoke", async () => {
    const file = await installedSmoke(host);
    const outcome = await command(program, [...run, file], { timeout: 2 * minutes });
    return countLines(outcome.stdout + outcome.stderr);
  });
  const suite = await part("tests", () =>
    vitest(host, projects, {
      timeout,
      command: [program, ...test, vitestFile],
      // Whole programs are started by node below: what Deno tells of its child processes is not what node tells. The two others
      // start node's own test runner and oxlint.
      options: [
        ...options,
        ...["process", "adapters", "lint"].map((name) => `--exclude=**/${name}.test.ts`),
        `--testNamePattern=^(?!.*(${without.join("|")}))`,
      ],
    }),
  );
  process.env["CORIO_TEST_HOST"] = JSON.stringify([program, ...run]);
  const programs = await part("programs", () =>
    vitest(`${host}-programs`, ["packages/corio"], {
      timeout,
      command: [process.execPath, vitestFile],
      options: ["process.test"],
    }),
  );
  delete process.env["CORIO_TEST_HOST"];
  return { version: await versionOf(program), parts: [smoke, suite, programs] };
}

async function page(): Promise<Report> {
  const browser = await chromium();
  mkdirSync(hostsFolder, { recursive: true });
  const smoke = await part("smoke", async () =>
    countLines(await textOfPage(browser, await bundleForPage(), hostsFolder, 2 * minutes)),
  );
  return { version: await versionOf(browser), parts: [smoke] };
}

const hosts: Record<string, () => Promise<Report>> = {
  node22: () => nodeHost("node22"),
  node26: () => nodeHost("node26"),
  bun: () => otherHost("bun"),
  deno: () => otherHost("deno"),
  chromium: page,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => hosts[name] === undefined);
if (unknown.length > 0) {
  console.error(`no such host: ${unknown.join(", ")}; there are ${Object.keys(hosts).join(", ")}`);
  process.exit(2);
}

// The packages as they are published, and the types that the lint rules' own tests read.
const built = await command("tsc", ["-b", "packages/corio/tsconfig.test.json"], { timeout: 5 * minutes });
if (built.code !== 0) throw new Error(`tsc -b failed:\n${built.stdout}`);

let passed = 0;
let failed = 0;
for (const [name, host] of Object.entries(hosts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const start = performance.now();
  let report: Report;
  try {
    report = await host();
  } catch (error) {
    report = { version: "not there", parts: [await part("program", () => Promise.reject(error as Error))] };
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${name} (${report.version}), ${seconds} s`);
  for (const part of report.parts) {
    passed += part.passed;
    failed += part.failed;
    const skipped = part.skipped > 0 ? `, ${part.skipped} skipped` : "";
    console.log(
      `  ${part.failed > 0 ? "FAIL" : "ok  "} ${part.name}: ${part.passed} passed, ${part.failed} failed${skipped}`,
    );
    if (part.failed > 0) console.log(`${part.output.trimEnd()}\n`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
