import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkImports, readRules } from "../import-graph.ts";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "import-graph-"));
});
afterEach(() => rmSync(base, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), text);
}

function packageJson(name: string, ...dependencies: string[]): string {
  return JSON.stringify({ name, dependencies: Object.fromEntries(dependencies.map((key) => [key, "1"])) });
}

function offences(): string[] {
  return checkImports(base, readRules()).offences;
}

test("a tree that keeps the rules has no offences", () => {
  write("packages/corio/package.json", packageJson("corio"));
  write("packages/corio/src/host/node.ts", `import { performance } from "node:perf_hooks";\n`);
  write("packages/corio/src/kernel/loop.ts", `import { host } from "../host/node.ts";\n`);
  write("packages/http/package.json", packageJson("@corio/http", "corio"));
  write(
    "packages/http/src/index.ts",
    `import { sleep } from "corio";\nimport { suspend } from "corio/lowlevel";\n`,
  );
  expect(offences()).toEqual([]);
});

test("package edges outside the table, undeclared ones and deep imports of the kernel are offences", () => {
  write("packages/files/package.json", packageJson("@corio/files", "@corio/http"));
  write(
    "packages/files/src/index.ts",
    `import "@corio/http";\nimport "corio/src/kernel";\nimport "@corio/testing";\n`,
  );
  expect(offences()).toEqual([
    "@corio/files: package.json may not depend on @corio/http",
    "packages/files/src/index.ts:1: @corio/files may not import @corio/http",
    "packages/files/src/index.ts:2: corio is not among the dependencies of @corio/files",
    "packages/files/src/index.ts:2: imports corio/src/kernel; only corio and corio/lowlevel are public",
    "packages/files/src/index.ts:3: imports @corio/testing, which is for tests",
  ]);
});

test("lower layers of the kernel may not import higher ones, siblings not each other, and node: stays in the host", () => {
  write("packages/corio/package.json", packageJson("corio"));
  write(
    "packages/corio/src/kernel/loop.ts",
    `import { group } from "../tasks/group.ts";\nimport "node:fs";\n`,
  );
  write("packages/corio/src/tasks/group.ts", `export const group = 1;\n`);
  write("packages/corio/src/sync/lock.ts", `import type { Queue } from "../queues/queue.ts";\n`);
  write("packages/corio/src/queues/queue.ts", `import "#host";\nexport type Queue = 1;\n`);
  write("packages/corio/src/helpers/x.ts", ``);
  expect(offences()).toEqual([
    "packages/corio/src/kernel/loop.ts:2: node:fs outside src/host/",
    "packages/corio/src/helpers/x.ts:1: helpers is not a layer of corio",
    "packages/corio/src/kernel/loop.ts:1: kernel may not import tasks: lower layers know nothing of higher ones",
    "packages/corio/src/sync/lock.ts:1: sync may not import queues: lower layers know nothing of higher ones",
  ]);
});

test("a cycle of imports at run time is shown as a ring; one closed by types only is none", () => {
  write("packages/http/package.json", packageJson("@corio/http", "corio"));
  write("packages/http/src/a.ts", `import "./b.ts";\n`);
  write("packages/http/src/b.ts", `import "./c.ts";\n`);
  write("packages/http/src/c.ts", `import type { A } from "./a.ts";\n`);
  expect(offences()).toEqual([]);
  write("packages/http/src/c.ts", `import { a } from "./a.ts";\n`);
  expect(offences()).toEqual(["@corio/http: import cycle: a.ts -> b.ts -> c.ts -> a.ts"]);
});

test("protocol code touches neither sockets nor the runtime, not even through a neighbour", () => {
  write("packages/http/package.json", packageJson("@corio/http", "corio"));
  write(
    "packages/http/src/wire/parser.ts",
    `import "node:net";\nimport type { X } from "corio";\nimport "../near.ts";\n`,
  );
  write("packages/http/src/near.ts", `import { sleep } from "corio";\n`);
  expect(offences()).toEqual([
    "packages/http/src/wire/parser.ts:1: protocol code may not import node:net",
    "packages/http/src/wire/parser.ts:1: protocol code may not import corio (through near.ts)",
  ]);
});

test("a file of more than 400 lines is an offence", () => {
  write("packages/corio/package.json", packageJson("corio"));
  write("packages/corio/src/kernel/long.ts", "//\n".repeat(401));
  write("packages/corio/src/kernel/fits.ts", "//\n".repeat(400));
  expect(offences()).toEqual(["packages/corio/src/kernel/long.ts:401: 401 lines; the limit is 400"]);
});
