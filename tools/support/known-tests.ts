// The tests of the repository that the ledgers may cite.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { referencesOf, type References } from "./references.ts";
import { testNames, type TestName } from "./test-names.ts";
import { filesBelow, root, shown } from "./workspace.ts";

export interface KnownTest extends TestName, References {
  /** Its title after those of the describes around it. */
  readonly path: string;
  /** The file as citations name it: "sync/lock". */
  readonly short: string;
}

/** Packages whose tests may name sentences. */
const packages = ["corio", "testing", "io"];

export function knownTest(name: TestName): KnownTest {
  const short = name.file.replace(/^packages\/(?:corio\/test\/)?/, "").replace(/\.test\.ts$/, "");
  const references = referencesOf(name.title);
  const path = [...name.within.map((title) => referencesOf(title).plain), references.plain].join(" › ");
  return { ...name, ...references, path, short };
}

/** All of them, and the describes around them, in the order of files and lines. */
export function readKnownTests(base: string = root): KnownTest[] {
  return packages
    .flatMap((name) => filesBelow(join(base, "packages", name, "test"), ".test.ts"))
    .flatMap((path) => testNames(shown(path, base), readFileSync(path, "utf8")))
    .map(knownTest);
}
