// A short line diff for messages: removed lines with "-", added ones with "+", two lines of context.

/** The longest common subsequence as pairs of indices. */
function common(a: readonly string[], b: readonly string[]): [number, number][] {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] as number;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

/** What has to change to get from `before` to `after`; empty when they are equal. */
export function lineDiff(before: string, after: string, context = 2): string {
  const a = before.split("\n");
  const b = after.split("\n");
  const rows: { mark: " " | "-" | "+"; text: string }[] = [];
  let i = 0;
  let j = 0;
  for (const [nextA, nextB] of [...common(a, b), [a.length, b.length] as const]) {
    while (i < nextA) rows.push({ mark: "-", text: a[i++] as string });
    while (j < nextB) rows.push({ mark: "+", text: b[j++] as string });
    if (i < a.length) rows.push({ mark: " ", text: a[i++] as string });
    j++;
  }
  const near = (index: number): boolean =>
    rows.slice(Math.max(0, index - context), index + context + 1).some((row) => row.mark !== " ");
  return rows
    .map((row, index) => ({ line: row.mark + row.text, keep: near(index) }))
    .filter((row) => row.keep)
    .map((row) => row.line)
    .join("\n");
}
