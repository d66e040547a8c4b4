// The programs of other hosts: other versions of node, Bun and Deno as npm packages in a cache folder, Chromium from the system.
import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { command } from "./command.ts";
import { root } from "./workspace.ts";

/** Ignored by git. */
export const hostsFolder: string = join(root, ".cache", "hosts");

const minutes = 60_000;

/** The npm package and range that a host comes from. The packages fetch or place their program by an install script. */
const packages = {
  node22: ["node", "22"],
  node26: ["node", "26"],
  bun: ["bun", "1"],
  deno: ["deno", "2"],
} as const;

export type PackagedHost = keyof typeof packages;

/** The program of a host that npm has, installed when it is not there yet. */
export async function packagedProgram(host: PackagedHost): Promise<string> {
  const [name, range] = packages[host];
  const folder = join(hostsFolder, host);
  const program = join(folder, "node_modules", ".bin", name);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, allowScripts: { [name]: true } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error"];
  const outcome = await command("npm", [...args, `${name}@${range}`], { cwd: folder, timeout: 10 * minutes });
  if (!existsSync(program)) {
    throw new Error(`npm did not install ${name}@${range}:\n${outcome.stdout}${outcome.stderr}`);
  }
  return program;
}

/** What a program answers to --version, in one line. */
export async function versionOf(program: string, ...args: string[]): Promise<string> {
  const outcome = await command(program, [...args, "--version"], { timeout: minutes });
  return (outcome.stdout.trim().split("\n")[0] ?? "").trim();
}

const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function onPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  for (const name of browsers) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // not there
      }
    }
  }
  return undefined;
}

/** A Chromium of the system; where it has none and may be changed (root, with apt-get), installed. */
export async function chromium(): Promise<string> {
  const found = onPath();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0) {
    throw new Error("There is no Chromium here: install one, or run this as root where there is apt-get");
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await command("apt-get", ["update"], { env, timeout: 5 * minutes });
  const args = ["install", "-y", "--no-install-recommends", "chromium"];
  const outcome = await command("apt-get", args, { env, timeout: 15 * minutes });
  const installed = onPath();
  if (installed === undefined) {
    throw new Error(`apt-get did not install chromium:\n${outcome.stdout}${outcome.stderr}`);
  }
  return installed;
}
