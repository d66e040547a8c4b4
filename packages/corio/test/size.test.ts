import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bundle, bundledPrograms } from "./support/bundle.ts";

/** Bytes, gzipped, that a minimal program of coroutines stays under in a browser. */
const LIMIT = 15_000;

// Measured by node's zlib: others, as Bun's and Deno's, compress a little less.
const nodeTest = test.skipIf("bun" in process.versions || "deno" in process.versions);

nodeTest(`a minimal program is under ${LIMIT / 1000} kB, minified and gzipped`, async ({ annotate }) => {
  const { minified, gzip, imports } = await bundle(bundledPrograms.minimal);
  await annotate(`${gzip} bytes gzipped, ${minified} minified`);
  expect(imports).toEqual([]);
  expect(gzip).toBeLessThan(LIMIT);
  // A bundle without the runtime in it would pass as well.
  expect(gzip).toBeGreaterThan(LIMIT / 3);
});

test("what a program does not use stays out of its bundle", async () => {
  const minimal = await bundle(bundledPrograms.minimal);
  const everything = await bundle(bundledPrograms.everything);
  expect(minimal.gzip).toBeLessThan(0.75 * everything.gzip);
});

test("a browser gets no node: module, whatever it imports", async () => {
  const { imports } = await bundle(bundledPrograms["everything, with lowlevel"]);
  expect(imports).toEqual([]);
});

test("corio depends on nothing", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Record<
    string,
    object | undefined
  >;
  for (const kind of ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies"]) {
    expect(Object.keys(manifest[kind] ?? {}), kind).toEqual([]);
  }
});
