// The ledger of sentences: what asyncio does, what Corio makes of it, and the tests that show it.
import type { Family, Sentence, Verdict } from "../../packages/corio/conformance/sentence.ts";
import type { KnownTest } from "./known-tests.ts";

/** The tests that name each sentence. */
export type Shown = ReadonlyMap<string, readonly KnownTest[]>;

export function shownBy(tests: readonly KnownTest[]): Shown {
  const shown = new Map<string, KnownTest[]>();
  for (const test of tests) {
    for (const id of test.ids) {
      const list = shown.get(id);
      if (list === undefined) shown.set(id, [test]);
      else list.push(test);
    }
  }
  return shown;
}

/** What is wrong with the ledger, one line each. */
export function checkLedger(families: readonly Family[], tests: readonly KnownTest[]): string[] {
  const problems: string[] = [];
  const known = new Map<string, Sentence>();
  for (const { letters, sentences } of families) {
    for (const [i, sentence] of sentences.entries()) {
      const expected = `${letters}${i + 1}`;
      if (sentence.id !== expected) problems.push(`the ledger has ${sentence.id} where ${expected} belongs`);
      if (sentence.gist === "") problems.push(`${sentence.id} does not say what asyncio does`);
      if (sentence.verdict !== "same" && sentence.note === "") {
        problems.push(`${sentence.id} is "${sentence.verdict}" and does not say how or why`);
      }
      known.set(sentence.id, sentence);
    }
  }
  const shown = shownBy(tests);
  for (const { id, verdict } of known.values()) {
    if (verdict === "n/a" && shown.has(id))
      problems.push(`${id} is "n/a", but ${where(shown.get(id)!)} names it`);
    if (verdict !== "n/a" && !shown.has(id)) problems.push(`${id} is "${verdict}", and no test names it`);
  }
  for (const test of tests) {
    for (const bad of test.bad) problems.push(`${place(test)}: cannot read the reference ${bad}`);
    for (const id of test.ids)
      if (!known.has(id)) problems.push(`${place(test)}: there is no sentence ${id}`);
    for (const id of test.better) {
      const verdict = known.get(id)?.verdict;
      if (verdict === "same")
        problems.push(`${place(test)}: the title says "better" of ${id}, the ledger "same"`);
    }
  }
  return problems;
}

export function place(test: KnownTest): string {
  return `${test.file}:${test.line}`;
}

function where(tests: readonly KnownTest[]): string {
  return tests.map(place).join(", ");
}

/** How many sentences have each verdict. */
export function countVerdicts(families: readonly Family[]): Record<Verdict, number> {
  const counts = { same: 0, better: 0, "n/a": 0 };
  for (const { sentences } of families) for (const { verdict } of sentences) counts[verdict]++;
  return counts;
}

/** A cell of a Markdown table. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** A test as the documents show it: its title after its describes', and a link to its file. */
export function linked(test: KnownTest, toRoot: string): string {
  return `${cell(test.path)} ([${test.short}](${toRoot}${test.file}))`;
}

/** `docs/conformance.md`. */
export function renderLedger(families: readonly Family[], tests: readonly KnownTest[]): string {
  const counts = countVerdicts(families);
  const total = counts.same + counts.better + counts["n/a"];
  const shown = shownBy(tests);
  const parts = [
    "# Conformance with asyncio",
    "",
    `**${total} sentences: ${counts.same} same, ${counts.better} better, ${counts["n/a"]} n/a.**`,
    "",
    "asyncio's behaviour, as CPython 3.13 and 3.14 have it, in numbered sentences. For each: what Corio does, and the tests that show it.",
    "*Same*: Corio does the same. *Better*: it deviates on purpose, and the tests show how. *n/a*: it cannot exist in Corio or in JavaScript.",
    "A test names its sentences in parentheses. Unless it says otherwise, it runs in both dialects, in virtual time.",
    "",
    "Made by `npm run conformance -- --write` from `packages/corio/conformance/` and the titles of the tests. Do not edit by hand.",
    "See also [the tests of CPython's suite](conformance-cpython.md) and [those of trio and anyio](conformance-trio-anyio.md).",
  ];
  for (const { letters, title, sentences } of families) {
    parts.push(
      "",
      `## ${letters}. ${title}`,
      "",
      "| | asyncio | Corio | shown by |",
      "| --- | --- | --- | --- |",
    );
    for (const { id, gist, verdict, note } of sentences) {
      const corio = note === "" ? verdict : `**${verdict}**: ${note}`;
      const by = (shown.get(id) ?? []).map((test) => linked(test, "../"));
      parts.push(`| ${id} | ${cell(gist)} | ${cell(corio)} | ${by.join("<br>")} |`);
    }
  }
  return `${parts.join("\n")}\n`;
}
