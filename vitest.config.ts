// One vitest project per package, per example and for the tools. Every project loads TypeScript sources of the
// workspace (condition `@corio/source`), so that no test ever runs against a stale build.
import { existsSync, readdirSync } from "node:fs";
import { defaultServerConditions } from "vite";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const conditions = ["@corio/source"];

// The PostgreSQL server that a test run starts once; the examples talk to it as well.
const postgres = "packages/postgres/test/support/global-setup.ts";
const globalSetups: Record<string, string[]> = {
  "packages/postgres": [postgres],
  "examples/harvest": [postgres],
};

function workspaces(parent: string): string[] {
  return readdirSync(new URL(`${parent}/`, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`)
    .sort();
}

function project(folder: string): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name: folder,
      include: [`${folder}/test/**/*.test.ts`],
      globalSetup: (globalSetups[folder] ?? []).filter((file) => existsSync(new URL(file, import.meta.url))),
    },
  };
}

export default defineConfig({
  resolve: { conditions: [...conditions, ...defaultServerConditions] },
  ssr: {
    resolve: {
      conditions: [...conditions, ...defaultServerConditions],
      externalConditions: [...conditions, "node"],
    },
  },
  test: {
    pool: "forks",
    maxWorkers: 2,
    execArgv: conditions.map((condition) => `--conditions=${condition}`),
    // A guard against hangs, not a measure: busy machines are several times slower.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    passWithNoTests: true,
    projects: [...workspaces("packages"), ...workspaces("examples"), "tools"].map(project),
  },
});
