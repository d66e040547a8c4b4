// Writes or checks the conformance ledgers: docs/conformance.md (asyncio's behaviour, sentence by sentence) and its two neighbours
// (the tests of CPython's suite, and those of trio and anyio). Data: packages/corio/conformance. Evidence: the titles of tests.
//
//   node tools/conformance.ts [--write]
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cpython, cpythonIntroduction } from "../packages/corio/conformance/cpython.ts";
import { peers, peersIntroduction } from "../packages/corio/conformance/peers.ts";
import { sentences } from "../packages/corio/conformance/sentences.ts";
import { readKnownTests } from "./support/known-tests.ts";
import { checkLedger, countVerdicts, renderLedger } from "./support/ledger.ts";
import { lineDiff } from "./support/line-diff.ts";
import { checkPorts, countPorts, renderPorts } from "./support/port-ledger.ts";
import { root } from "./support/workspace.ts";

/** The tests of CPython's suite that were classified as pure semantics, and are accounted for one by one. */
const CPYTHON_TESTS = 448;

const write = process.argv.includes("--write");
const tests = readKnownTests();
const problems = [...checkLedger(sentences, tests), ...checkPorts([...cpython, ...peers], sentences, tests)];
const ported = Object.values(countPorts(cpython)).reduce((sum, count) => sum + count, 0);
if (ported !== CPYTHON_TESTS)
  problems.push(`CPython's suite has ${CPYTHON_TESTS} tests, the ledger ${ported}`);
for (const problem of problems) console.log(problem);
if (problems.length > 0) process.exitCode = 1;

const documents = {
  "docs/conformance.md": renderLedger(sentences, tests),
  "docs/conformance-cpython.md": renderPorts(cpythonIntroduction, cpython, tests),
  "docs/conformance-trio-anyio.md": renderPorts(peersIntroduction, peers, tests),
};
for (const [name, text] of Object.entries(documents)) {
  const path = join(root, name);
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (before === text) continue;
  if (write) {
    writeFileSync(path, text);
    console.log(`wrote ${name}`);
  } else {
    console.log(`${name} is not what the tests show; \`npm run conformance -- --write\` updates it`);
    if (before !== "") console.log(lineDiff(before, text));
    process.exitCode = 1;
  }
}
const { same, better, "n/a": never } = countVerdicts(sentences);
console.log(
  `${same + better + never} sentences: ${same} same, ${better} better, ${never} n/a; ${tests.length} titles`,
);
