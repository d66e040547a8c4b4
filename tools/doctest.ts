// Type-checks and runs every ```ts fence of the README files, of docs/ and of the doc comments of packages/*/src.
// Each fence becomes a module of its own in .cache/doctest/, padded so that line numbers are those of the document.
//
//   node tools/doctest.ts [part of a path ...]
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { command } from "./support/command.ts";
import { expectationsOf, unkept, type Printed } from "./support/expectations.ts";
import { commentFences, markdownFences, type Fence } from "./support/fences.ts";
import { filesBelow, root, shown, workspaces } from "./support/workspace.ts";

const timeLimit = 20_000;
const folder = join(root, ".cache", "doctest");

interface Example extends Fence {
  /** The document, from the root. */
  readonly document: string;
  /** The module that was made of it. */
  readonly file: string;
}

function documents(): string[] {
  const packages = workspaces("packages").map((workspace) => workspace.folder);
  return [
    join(root, "README.md"),
    ...filesBelow(join(root, "docs"), ".md"),
    ...packages.map((path) => join(path, "README.md")),
    ...packages.flatMap((path) => filesBelow(join(path, "src"), ".ts")),
  ].filter((path) => existsSync(path));
}

function collect(filters: readonly string[]): { examples: Example[]; problems: string[] } {
  const examples: Example[] = [];
  const problems: string[] = [];
  for (const path of documents()) {
    const document = shown(path);
    if (filters.length > 0 && !filters.some((filter) => document.includes(filter))) continue;
    const text = readFileSync(path, "utf8");
    const { fences, bad } = path.endsWith(".md") ? markdownFences(text) : commentFences(text);
    problems.push(...bad.map(({ line, problem }) => `${document}:${line}: ${problem}`));
    for (const fence of fences) {
      const name = `${document.replace(/[^\w-]+/g, "_")}_${fence.line}.ts`;
      examples.push({ ...fence, document, file: join(folder, name) });
    }
  }
  return { examples, problems };
}

function writeModules(examples: readonly Example[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const config = {
    extends: "../../tsconfig.base.json",
    compilerOptions: {
      composite: false,
      declaration: false,
      sourceMap: false,
      isolatedDeclarations: false,
      noEmit: true,
      moduleDetection: "force",
      types: ["node"],
    },
    include: ["*.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config, null, 2));
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }\n`);
  for (const example of examples) {
    writeFileSync(example.file, `${"\n".repeat(example.line - 1)}${example.code}\n`);
  }
}

/** Failures of the type check, by module file; messages carry the document's name and line. */
async function typeCheck(examples: readonly Example[]): Promise<Map<string, string[]>> {
  const failures = new Map<string, string[]>();
  const outcome = await command("tsc", ["-p", folder, "--pretty", "false"]);
  if (outcome.code === 0) return failures;
  const byName = new Map(examples.map((example) => [shown(example.file), example]));
  let current: string[] | undefined;
  for (const line of (outcome.stdout + outcome.stderr).split("\n")) {
    const [, name = "", at = "", text = ""] = /^(\S.*?)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    const example = byName.get(name);
    if (example !== undefined) {
      current = failures.get(example.file) ?? [];
      failures.set(example.file, current);
      current.push(`${example.document}:${at}: ${text}`);
    } else if (line.startsWith(" ")) current?.push(line);
    else if (line !== "") {
      current = failures.get("") ?? [];
      failures.set("", current);
      current.push(line);
    }
  }
  return failures;
}

/** Runs one fence in a process of its own; the failures in words. */
function runExample(example: Example): Promise<string[]> {
  return new Promise((resolve) => {
    const args = [
      "--conditions=@corio/source",
      "--import",
      join(root, "tools/support/console-lines.ts"),
      example.file,
    ];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    const printed: Printed[] = [];
    let output = "";
    let timedOut = false;
    const killer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeLimit);
    child.on("message", (message) => printed.push(message as Printed));
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("close", (code, signal) => {
      clearTimeout(killer);
      const where = `${example.document}:${example.line}`;
      if (timedOut) resolve([`${where}: did not end within ${timeLimit / 1000} s\n${output}`]);
      else if (code !== 0) resolve([`${where}: ended with ${signal ?? `code ${code}`}\n${output}`]);
      else {
        const padded = `${"\n".repeat(example.line - 1)}${example.code}`;
        const broken = unkept(expectationsOf(padded), printed);
        resolve(broken.map((text) => `${example.document}: ${text}`));
      }
    });
  });
}

const { examples, problems } = collect(process.argv.slice(2));
const checked = examples.filter((example) => example.kind !== "no-check");
writeModules(checked);
const typeFailures = checked.length === 0 ? new Map<string, string[]>() : await typeCheck(checked);
const failed = new Set<string>(typeFailures.keys());
for (const messages of typeFailures.values()) for (const message of messages) console.log(message);
for (const problem of problems) console.log(problem);

const waiting = examples.filter((example) => example.kind === "run" && !failed.has(example.file));
const worker = async (): Promise<void> => {
  for (let example = waiting.shift(); example !== undefined; example = waiting.shift()) {
    const messages = await runExample(example);
    for (const message of messages) console.log(message);
    if (messages.length > 0) failed.add(example.file);
  }
};
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));

const failures = failed.size + problems.length;
const skipped = examples.length - checked.length;
const typedOnly = checked.filter((example) => example.kind === "no-run").length;
console.log(
  `${checked.length - failed.size + (failed.has("") ? 1 : 0)} passed, ${failures} failed, ${skipped} skipped`,
);
if (typedOnly > 0) console.log(`(${typedOnly} of them only type-checked)`);
process.exitCode = failures === 0 ? 0 : 1;
