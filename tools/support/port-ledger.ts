// The ledger of other suites' tests: which of ours test the same.
import type { Port, PortVerdict, Suite } from "../../packages/corio/conformance/port.ts";
import type { Family } from "../../packages/corio/conformance/sentence.ts";
import type { KnownTest } from "./known-tests.ts";
import { cell, linked, place } from "./ledger.ts";

interface Entry {
  /** As titles name it: "test_locks LockTests.test_lock". */
  readonly key: string;
  readonly suite: string;
  readonly group: string;
  readonly test: string;
  readonly port: Port;
}

function entriesOf(suites: readonly Suite[]): Entry[] {
  return suites.flatMap(({ name: suite, groups }) =>
    Object.entries(groups).flatMap(([group, ports]) =>
      Object.entries(ports).map(([test, port]) => ({
        key: `${suite} ${group}.test_${test}`,
        suite,
        group,
        test,
        port,
      })),
    ),
  );
}

/** The tests that a citation means: an id names none itself, a title one, "file: title" one of several alike. */
function cited(citation: string, tests: readonly KnownTest[]): KnownTest[] {
  return tests.filter((test) => test.plain === citation || `${test.short}: ${test.plain}` === citation);
}

function isId(citation: string): boolean {
  return /^[A-Z]{1,2}\d+$/.test(citation);
}

/** What is wrong, one line each. `all` are all the suites there are, of every document. */
export function checkPorts(
  all: readonly Suite[],
  families: readonly Family[],
  tests: readonly KnownTest[],
): string[] {
  const problems: string[] = [];
  const entries = entriesOf(all);
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  const verdicts = new Map(families.flatMap(({ sentences }) => sentences).map((s) => [s.id, s.verdict]));
  for (const test of tests) {
    for (const key of test.ported) {
      const verdict = byKey.get(key)?.port.verdict;
      // The I/O parts of the suite are not in the ledger, or only by name; their tests may be ported all the same.
      if (test.file.startsWith("packages/io/") && (verdict === undefined || verdict === "io")) continue;
      if (verdict === undefined) problems.push(`${place(test)}: no suite has ${key}`);
      else if (verdict === "n/a" || verdict === "io") problems.push(`${place(test)}: ${key} is "${verdict}"`);
    }
  }
  for (const { key, port } of entries) {
    if ((port.verdict === "better" || port.verdict === "n/a") && port.note === "") {
      problems.push(`${key} is "${port.verdict}" and does not say how or why`);
    }
    for (const citation of port.by) {
      if (isId(citation)) {
        const verdict = verdicts.get(citation);
        if (verdict === undefined) problems.push(`${key}: there is no sentence ${citation}`);
        else if (verdict === "n/a") problems.push(`${key}: ${citation} is "n/a", and shows nothing`);
        continue;
      }
      const found = cited(citation, tests).length;
      if (found === 0) problems.push(`${key}: there is no test "${citation}"`);
      if (found > 1) problems.push(`${key}: there are ${found} tests "${citation}"; put the file before it`);
    }
    const needed = port.verdict === "same" || port.verdict === "better";
    if (needed && port.by.length === 0 && !tests.some((test) => test.ported.includes(key))) {
      problems.push(`${key} is "${port.verdict}", and nothing shows it`);
    }
  }
  return problems;
}

/** How many tests of some suites have each verdict. */
export function countPorts(suites: readonly Suite[]): Record<PortVerdict, number> {
  const counts = { same: 0, better: 0, "n/a": 0, io: 0 };
  for (const { port } of entriesOf(suites)) counts[port.verdict]++;
  return counts;
}

function shownBy(entry: Entry, tests: readonly KnownTest[]): string {
  const own = tests.filter((test) => test.ported.includes(entry.key));
  const named = entry.port.by.flatMap((citation) => (isId(citation) ? [] : cited(citation, tests)));
  const ids = entry.port.by.filter(isId).join(", ");
  return [...(ids === "" ? [] : [ids]), ...[...own, ...named].map((test) => linked(test, "../"))].join(
    "<br>",
  );
}

/** A document of suites: its introduction, a table per group, and the full list. */
export function renderPorts(
  introduction: string,
  suites: readonly Suite[],
  tests: readonly KnownTest[],
): string {
  const total = countPorts(suites);
  const withIo = total.io > 0;
  const sum = total.same + total.better + total["n/a"] + total.io;
  const counted = [
    `${total.same} covered`,
    `${total.better} by deviation`,
    `${total["n/a"]} n/a`,
    ...(withIo ? [`${total.io} I/O`] : []),
  ];
  const parts = [introduction.trim(), "", `**${sum} tests: ${counted.join(", ")}.**`, ""];
  parts.push(`| | tests | covered | by deviation | n/a |${withIo ? " I/O |" : ""}`);
  parts.push(`| --- | --- | --- | --- | --- |${withIo ? " --- |" : ""}`);
  const groups = suites.flatMap(({ name, groups: inner }) =>
    Object.entries(inner).map(([group, ports]) => ({
      name,
      group,
      only: { name, groups: { [group]: ports } },
    })),
  );
  for (const { name, group, only } of groups) {
    const counts = countPorts([only]);
    const all = counts.same + counts.better + counts["n/a"] + counts.io;
    const cells = [all, counts.same, counts.better, counts["n/a"], ...(withIo ? [counts.io] : [])];
    parts.push(`| ${name} ${group} | ${cells.join(" | ")} |`);
  }
  for (const { name, group, only } of groups) {
    const entries = entriesOf([only]);
    if (entries.every(({ port }) => port.verdict === "io")) continue;
    parts.push("", `## ${name} ${group}`, "", "| test | | shown by |", "| --- | --- | --- |");
    for (const entry of entries) {
      const { verdict, note } = entry.port;
      const text = note === "" ? verdict : `**${verdict}**: ${note}`;
      parts.push(`| ${entry.test} | ${cell(text)} | ${shownBy(entry, tests)} |`);
    }
  }
  return `${parts.join("\n")}\n`;
}
