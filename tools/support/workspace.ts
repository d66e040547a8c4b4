// Where things lie in this repository: its root, its packages, their sources.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds the root package.json. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Workspace {
  /** Absolute folder. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The workspaces below `parent` ("packages", "examples"), sorted by folder. */
export function workspaces(parent: string, base: string = root): Workspace[] {
  const folder = join(base, parent);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, "package.json")))
    .map((path) => ({
      folder: path,
      manifest: JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest,
    }));
}

const skipped = new Set(["node_modules", "dist", ".git", ".cache", "coverage", "site", "fixtures"]);

/** All files below `folder` whose name ends with one of `endings`, sorted; build output is left out. */
export function filesBelow(folder: string, ...endings: string[]): string[] {
  if (!existsSync(folder)) return [];
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) found.push(...filesBelow(path, ...endings));
    } else if (endings.some((ending) => entry.name.endsWith(ending))) found.push(path);
  }
  return found.sort();
}

/** The path as messages show it: from the root, with slashes. */
export function shown(path: string, base: string = root): string {
  return relative(base, path).split(sep).join("/");
}
