import { expect, test } from "vitest";
import { referencesOf } from "../support/references.ts";

const none = { ids: [], better: [], ported: [], bad: [] };

test("ids stand in parentheses: one, several, ranges", () => {
  expect(referencesOf("a title (K8)")).toEqual({ ...none, plain: "a title", ids: ["K8"] });
  expect(referencesOf("(S19, TG2)")).toMatchObject({ ids: ["S19", "TG2"] });
  expect(referencesOf("(R4-R7)")).toMatchObject({ ids: ["R4", "R5", "R6", "R7"] });
  expect(referencesOf("(G10 to G12, K1)")).toMatchObject({ ids: ["G10", "G11", "G12", "K1"] });
});

test("a title may say that Corio does better, and which of other suites' tests it is", () => {
  expect(referencesOf("value wins (C6, C7: better)")).toEqual({
    ...none,
    plain: "value wins",
    ids: ["C6", "C7"],
    better: ["C6", "C7"],
  });
  const title = "one of theirs (TG1, test_locks LockTests.test_cancel_race, trio test_run.test_x)";
  expect(referencesOf(title)).toEqual({
    ...none,
    plain: "one of theirs",
    ids: ["TG1"],
    ported: ["test_locks LockTests.test_cancel_race", "trio test_run.test_x"],
  });
});

test("other parentheses are part of the title, but for the dialect of a test in a loop", () => {
  const plain = "sleeps (of Infinity) for ever (see below)";
  expect(referencesOf(`${plain} (T1) (…)`)).toEqual({ ...none, plain, ids: ["T1"] });
});

test("what begins like references and cannot be read is named", () => {
  for (const bad of ["(K8, as ever)", "(K8: worse)", "(K1, K2 and K3)"]) {
    expect(referencesOf(`a title ${bad}`)).toEqual({ ...none, plain: `a title ${bad}`, bad: [bad] });
  }
  // Backwards, or over two families: no range at all.
  expect(referencesOf("a title (K8-K2)")).toEqual({ ...none, plain: "a title (K8-K2)" });
  expect(referencesOf("a title (K1-S2)")).toEqual({ ...none, plain: "a title (K1-S2)" });
});
