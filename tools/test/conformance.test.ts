import { expect, test } from "vitest";
import { better as betterPort, io, none, same as samePort } from "../../packages/corio/conformance/port.ts";
import { better, cannotBe, same, type Family } from "../../packages/corio/conformance/sentence.ts";
import { knownTest } from "../support/known-tests.ts";
import { checkLedger, countVerdicts, renderLedger } from "../support/ledger.ts";
import { checkPorts, countPorts, renderPorts } from "../support/port-ledger.ts";

const families: Family[] = [
  {
    letters: "K",
    title: "Tasks",
    sentences: [
      same("K1", "starts late"),
      better("K2", "loses a value", "value wins"),
      cannotBe("K3", "is Python's", "there is no such thing"),
    ],
  },
];

function titled(...titles: string[]) {
  return titles.map((title, i) =>
    knownTest({
      file: "packages/corio/test/kernel/task.test.ts",
      line: i + 1,
      kind: "test",
      title,
      within: ["a task"],
    }),
  );
}

const complete = titled("starts in order (K1)", "the value wins (K2: better)");

test("a ledger whose sentences are all shown has no problems", () => {
  expect(checkLedger(families, complete)).toEqual([]);
  expect(countVerdicts(families)).toEqual({ same: 1, better: 1, "n/a": 1 });
});

test("a sentence that no test names is a problem, an n/a one that a test names, too", () => {
  expect(checkLedger(families, titled("the value wins (K2)"))).toEqual([
    'K1 is "same", and no test names it',
  ]);
  expect(checkLedger(families, titled("a (K1, K2, K3)"))).toEqual([
    'K3 is "n/a", but packages/corio/test/kernel/task.test.ts:1 names it',
  ]);
});

test("unknown ids, unreadable references and titles that contradict the ledger are problems", () => {
  const problems = checkLedger(families, [
    ...complete,
    ...titled("x (K9)", "y (K1, or so)", "z (K1: better)"),
  ]);
  expect(problems).toEqual([
    "packages/corio/test/kernel/task.test.ts:1: there is no sentence K9",
    "packages/corio/test/kernel/task.test.ts:2: cannot read the reference (K1, or so)",
    'packages/corio/test/kernel/task.test.ts:3: the title says "better" of K1, the ledger "same"',
  ]);
});

test("a gap in the ids, and a verdict without its reason, are problems", () => {
  const broken: Family[] = [
    { letters: "K", title: "Tasks", sentences: [same("K1", ""), better("K3", "x", "")] },
  ];
  expect(checkLedger(broken, titled("all (K1, K3)"))).toEqual([
    "K1 does not say what asyncio does",
    "the ledger has K3 where K2 belongs",
    'K3 is "better" and does not say how or why',
  ]);
});

test("the document counts, and names the tests of each sentence with a link", () => {
  const text = renderLedger(families, [...complete, ...titled("a | b (K1)")]);
  expect(text).toContain("**3 sentences: 1 same, 1 better, 1 n/a.**");
  const link = "([kernel/task](../packages/corio/test/kernel/task.test.ts))";
  expect(text).toContain(
    `| K1 | starts late | same | a task › starts in order ${link}<br>a task › a \\| b ${link} |`,
  );
  expect(text).toContain(`| K2 | loses a value | **better**: value wins | a task › the value wins ${link} |`);
  expect(text).toContain("| K3 | is Python's | **n/a**: there is no such thing |  |");
});

const suite = {
  name: "test_x",
  groups: {
    XTests: {
      by_id: samePort("K1"),
      by_title: betterPort("value wins", "the value wins"),
      by_itself: samePort(),
      not_here: none("there is no such thing"),
      elsewhere: io,
    },
  },
};
const withOwn = [...complete, ...titled("of theirs (test_x XTests.test_by_itself)")];

test("a suite whose tests are all accounted for has no problems", () => {
  expect(checkPorts([suite], families, withOwn)).toEqual([]);
  expect(countPorts([suite])).toEqual({ same: 2, better: 1, "n/a": 1, io: 1 });
});

test("citations must exist, and mean one test; a test must not name what is not there", () => {
  const cites = (by: string) => [{ name: "test_x", groups: { XTests: { a: samePort(by) } } }];
  expect(checkPorts(cites("K9"), families, complete)).toEqual([
    "test_x XTests.test_a: there is no sentence K9",
  ]);
  expect(checkPorts(cites("K3"), families, complete)).toEqual([
    'test_x XTests.test_a: K3 is "n/a", and shows nothing',
  ]);
  expect(checkPorts(cites("no such title"), families, complete)).toEqual([
    'test_x XTests.test_a: there is no test "no such title"',
  ]);
  const other = knownTest({
    file: "packages/corio/test/sync/lock.test.ts",
    line: 9,
    kind: "test",
    title: "alike",
    within: [],
  });
  const twice = [...titled("alike"), other];
  expect(checkPorts(cites("alike"), families, twice)).toHaveLength(1);
  expect(checkPorts(cites("sync/lock: alike"), families, twice)).toEqual([]);
  expect(checkPorts([suite], families, complete)).toEqual([
    'test_x XTests.test_by_itself is "same", and nothing shows it',
  ]);
  const wrong = titled("a (test_x XTests.test_gone)", "b (test_x XTests.test_not_here)");
  expect(checkPorts([suite], families, [...withOwn, ...wrong])).toEqual([
    "packages/corio/test/kernel/task.test.ts:1: no suite has test_x XTests.test_gone",
    'packages/corio/test/kernel/task.test.ts:2: test_x XTests.test_not_here is "n/a"',
  ]);
});

test("the document has a line for each group, and one for each test", () => {
  const text = renderPorts("# Theirs", [suite], withOwn);
  expect(text).toContain("**5 tests: 2 covered, 1 by deviation, 1 n/a, 1 I/O.**");
  expect(text).toContain("| test_x XTests | 5 | 2 | 1 | 1 | 1 |");
  expect(text).toContain("| by_id | same | K1 |");
  expect(text).toContain("| by_itself | same | a task › of theirs ([kernel/task]");
  expect(text).toContain("| not_here | **n/a**: there is no such thing |  |");
});
