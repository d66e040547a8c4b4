// Programs of users, as TypeScript sees them: every entry of the packages, resolved to what is built, in the two ways that are in use.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import { root, type Workspace } from "./workspace.ts";

interface Consumer {
  readonly name: string;
  readonly entries: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What can be imported of a package: "corio", "corio/lowlevel". */
export function entriesOf({ name, exports = {} }: Workspace["manifest"]): string[] {
  return Object.keys(exports)
    .filter((entry) => !entry.endsWith(".json"))
    .map((entry) => name + entry.slice(1));
}

function consumersOf(packages: readonly Workspace[]): Consumer[] {
  const entries = packages.flatMap(({ manifest }) => entriesOf(manifest));
  return [
    { name: "all packages on node", entries, options: { types: ["node"], skipLibCheck: true } },
    // Nor may the declarations lead to those of others that a strict program does not compile.
    {
      name: "corio, io and testing on node, declarations checked",
      entries: entries.filter((entry) => /^(?:corio|@corio\/(?:io|testing))(?:\/(?!vitest)|$)/.test(entry)),
      options: {
        types: ["node"],
        lib: ["es2022"],
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        isolatedModules: true,
        skipLibCheck: false,
      },
    },
    // The least that a page has. What the declarations name besides, they have to bring.
    {
      name: "corio in a page",
      entries: entries.filter((entry) => entry === "corio" || entry === "corio/lowlevel"),
      options: { types: [], lib: ["es2022", "dom"], skipLibCheck: false },
    },
  ];
}

/** What the compiler says of them; one line per error. */
export async function consumerErrors(packages: readonly Workspace[]): Promise<string[]> {
  const folder = join(root, ".cache", "consumers");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const errors: string[] = [];
  for (const [i, { name, entries, options }] of consumersOf(packages).entries()) {
    const imports = entries.map(
      (entry, n) => `import * as e${n} from ${JSON.stringify(entry)};\nvoid e${n};\n`,
    );
    writeFileSync(join(folder, `${i}.ts`), imports.join(""));
    for (const moduleResolution of ["nodenext", "bundler"]) {
      const module = moduleResolution === "bundler" ? "esnext" : moduleResolution;
      const compilerOptions = {
        strict: true,
        noEmit: true,
        target: "es2022",
        module,
        moduleResolution,
        ...options,
      };
      const config = join(folder, `${i}-${moduleResolution}.json`);
      writeFileSync(config, JSON.stringify({ compilerOptions, files: [`${i}.ts`] }));
      const { code, stdout } = await command("tsc", ["-p", config, "--pretty", "false"]);
      if (code !== 0) errors.push(`${name}, ${moduleResolution}: ${stdout.trim()}`);
    }
  }
  return errors;
}
