// What a fence promises about its output: `console.log(x); // => value`, or `// => value` alone on the line below.
// A line that prints several times lists its values with ", " between them.

export interface Expectation {
  /** 1-based line of the `console.log`. */
  readonly line: number;
  readonly value: string;
}

export interface Printed {
  readonly line: number;
  readonly text: string;
}

const promise = /\/\/\s*=>\s?(.*)$/;

export function expectationsOf(code: string): Expectation[] {
  const found: Expectation[] = [];
  let statement = 0;
  for (const [index, text] of code.split("\n").entries()) {
    const value = promise.exec(text)?.[1]?.trim();
    const alone = /^\s*\/\//.test(text);
    if (!alone && text.trim() !== "") statement = index + 1;
    if (value === undefined) continue;
    const last = found.at(-1);
    if (alone && last?.line === statement && statement !== 0) {
      found[found.length - 1] = { line: statement, value: `${last.value} ${value}` };
    } else found.push({ line: statement, value });
  }
  return found;
}

const squeezed = (text: string): string => text.replace(/\s+/g, " ").trim();

/** The promises that what was printed does not keep, in words. */
export function unkept(expectations: readonly Expectation[], printed: readonly Printed[]): string[] {
  return expectations.flatMap(({ line, value }) => {
    const texts = printed.filter((entry) => entry.line === line).map((entry) => squeezed(entry.text));
    if (texts.join(", ") === squeezed(value)) return [];
    const got = texts.length === 0 ? "nothing was printed there" : `got ${texts.join(", ")}`;
    return [`line ${line}: expected ${squeezed(value)}, ${got}`];
  });
}
