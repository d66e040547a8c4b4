// Programs loaded by their URL: evaluated anew for each run in a realm of their own, where also the globals are simulated.

import { fileURLToPath } from "node:url";
import type { ExploreAllOptions } from "../exploring/explore-all.ts";
import type { Exploration, ExploreOptions } from "../exploring/explore.ts";
import type { SimulateOptions } from "../simulate.ts";
import { bundle } from "./bundle.ts";
import type { Entrances } from "./realm.ts";
import { Realm } from "./realm-host.ts";

interface RealmExports {
  readonly modules: Readonly<Record<string, unknown>>;
  readonly entrances: Entrances;
}

const runtimePath = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./realm.ts" : "./realm.js", import.meta.url),
);

/** Bundled once for all programs. */
let runtime: Promise<string> | null = null;

/** A realm, and the program in it: each call evaluates the module anew and calls its default export. */
async function load(
  url: string | URL,
): Promise<{ realm: Realm; entrances: Entrances; program: (scope: unknown) => unknown }> {
  const realm = new Realm();
  const path = fileURLToPath(url);
  runtime ??= bundle(runtimePath, []);
  const { modules, entrances } = realm.compile(await runtime, runtimePath, {})() as RealmExports;
  const evaluate = realm.compile(await bundle(path, Object.keys(modules)), path, modules);
  const program = (scope: unknown): unknown => {
    const exported = evaluate() as { default?: unknown };
    if (typeof exported.default !== "function") {
      throw new TypeError(`Cannot run ${path}: its default export is not a function`);
    }
    return (exported.default as (scope: unknown) => unknown)(scope);
  };
  return { realm, entrances, program };
}

/**
 * As `simulate`, for the default export of a module, a function of either dialect. The module is evaluated anew, with all that it
 * imports, in a realm of its own, in which `setTimeout`, `setInterval`, `Date`, `performance.now`, `process.hrtime` and `Math.random` are
 * simulated, too: it need not know of Corio. What it gives is an object of that realm. The machine's files and sockets are out of reach.
 */
export async function simulateModule(
  url: string | URL,
  options: Omit<SimulateOptions, "network"> = {},
): Promise<unknown> {
  const { realm, entrances, program } = await load(url);
  return realm.settle(entrances.simulate(program, options));
}

/** As `explore`, for the default export of a module: see `simulateModule`. */
export async function exploreModule(
  url: string | URL,
  options: Omit<ExploreOptions, "network"> = {},
): Promise<Exploration> {
  const { realm, entrances, program } = await load(url);
  return realm.settle(entrances.explore(program, options));
}

/** As `exploreAll`, for the default export of a module: see `simulateModule`. */
export async function exploreModuleAll(
  url: string | URL,
  options: Omit<ExploreAllOptions, "network"> = {},
): Promise<Exploration> {
  const { realm, entrances, program } = await load(url);
  return realm.settle(entrances.exploreAll(program, options));
}
