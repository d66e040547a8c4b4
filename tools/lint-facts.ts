// Writes packages/corio/src/lint/facts.ts: what the lint rules know of the packages' functions and methods, read from their api.md.
// tools/test/lint-facts.test.ts fails when it is behind.
//
//   node tools/lint-facts.ts [--write]
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./support/command.ts";
import { collectFacts, type PackageFacts } from "./support/lint-facts.ts";
import { root, workspaces } from "./support/workspace.ts";

export const factsFile: string = join(root, "packages", "corio", "src", "lint", "facts.ts");

/** The facts of all packages, by their names. */
export function allFacts(): Record<string, PackageFacts> {
  const reports = workspaces("packages")
    .map(({ folder, manifest }) => ({ name: manifest.name, file: join(folder, "api.md") }))
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }) => ({ name, text: readFileSync(file, "utf8") }));
  return collectFacts(reports);
}

function moduleText(facts: Record<string, PackageFacts>): string {
  return `// Which functions and methods of the packages give an Awaitable. Made by \`node tools/lint-facts.ts --write\` from the packages' api.md.
//
// "~" is an Awaitable, "~Session" one of a Session, "Task" a Task itself, "[A,B]" a pair; in parentheses stand the types of what a
// function that is passed in is called with.

export interface Facts {
  readonly functions: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const facts: Readonly<Record<string, Facts>> = ${JSON.stringify(facts, null, 2)};
`;
}

if (import.meta.main) {
  const facts = allFacts();
  if (process.argv.includes("--write")) {
    writeFileSync(factsFile, moduleText(facts));
    await command("oxfmt", [factsFile]);
  }
  for (const [name, { functions, types }] of Object.entries(facts)) {
    console.log(`${name}: ${Object.keys(functions).length} functions, ${Object.keys(types).length} types`);
  }
}
