// What a test's title refers to: sentences of the ledger, "(S19, S21)", and tests of other suites, "(test_locks LockTests.test_lock)".

export interface References {
  /** The title without them. */
  readonly plain: string;
  /** Ids of sentences. */
  readonly ids: readonly string[];
  /** Those that the title says Corio does better: "(C5: better)". */
  readonly better: readonly string[];
  /** Names of other suites' tests: "test_locks LockTests.test_lock", "trio test_run.test_cancel_edge_cases". */
  readonly ported: readonly string[];
  /** Parentheses that begin like references and cannot be read. */
  readonly bad: readonly string[];
}

const range = /^([A-Z]{1,2})(\d+)(?:(?:-| to )\1(\d+))?$/;
const ported = /^\w+ \w+\.test_\w+$/;

/** The ids of "K8", "G27-G31" or "G10 to G15"; undefined for anything else. */
function idsOf(part: string): string[] | undefined {
  const match = range.exec(part);
  if (match === null) return undefined;
  const [, letters = "", first = "", last = first] = match;
  const count = Number(last) - Number(first) + 1;
  return count < 1 ? undefined : Array.from({ length: count }, (_, i) => `${letters}${Number(first) + i}`);
}

/** Reads a title. Parentheses that hold something else are part of it. */
export function referencesOf(title: string): References {
  const ids: string[] = [];
  const better: string[] = [];
  const names: string[] = [];
  const bad: string[] = [];
  const plain = title.replace(/\s*\(([^()]*)\)/g, (whole, inner: string) => {
    // Computed: the dialect of a test in a loop.
    if (inner === "…") return "";
    const [list = "", verdict] = inner.split(": ");
    const parts = list.split(", ");
    const read = parts.map((part) => (ported.test(part) ? [] : idsOf(part)));
    if (read.every((found) => found === undefined)) return whole;
    if (read.includes(undefined) || (verdict !== undefined && verdict !== "better")) {
      bad.push(whole.trim());
      return whole;
    }
    const found = read.flatMap((each) => each ?? []);
    ids.push(...found);
    if (verdict === "better") better.push(...found);
    names.push(...parts.filter((part) => ported.test(part)));
    return "";
  });
  return { plain: plain.trim(), ids, better, ported: names, bad };
}
