import { expect, test } from "vitest";
import { countTests, forgottenProjects } from "../support/steps.ts";

const outcome = { code: 0, stdout: "", stderr: "", timedOut: false };
const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [] };

test("tests are counted; a run that fails outside any test counts as one failure", () => {
  expect(countTests(report, outcome)).toMatchObject({ passed: 3, failed: 0, skipped: 1 });
  expect(countTests(report, { ...outcome, code: 1 })).toMatchObject({ passed: 3, failed: 1 });
});

test("a test file that cannot be loaded counts as one failure", () => {
  const testResults = [
    { name: "a", status: "failed", assertionResults: [] },
    { name: "b", status: "failed", assertionResults: [{ status: "failed" }] },
  ];
  const counted = countTests({ ...report, numFailedTests: 1, testResults }, { ...outcome, code: 1 });
  expect(counted.failed).toBe(2);
});

test("every TypeScript project of the repository is checked", () => {
  expect(forgottenProjects()).toEqual([]);
});
