// Braces of a pattern: `{a,b/c}` and `{1..3}` stand for several patterns, as in a shell.

/** A pattern that stands for more is a mistake, or an attack. */
const mostPatterns = 10_000;

/** The patterns without braces that a pattern stands for. */
export function expandBraces(pattern: string): string[] {
  const expanded: string[] = [];
  expandInto(pattern, expanded);
  return expanded;
}

function expandInto(pattern: string, into: string[]): void {
  const brace = firstBrace(pattern);
  if (brace === null) {
    if (into.length >= mostPatterns) {
      throw new RangeError(`Cannot use the pattern: its braces stand for more than ${mostPatterns} patterns`);
    }
    into.push(pattern);
    return;
  }
  const before = pattern.slice(0, brace.start);
  const after = pattern.slice(brace.end + 1);
  for (const choice of brace.choices) expandInto(before + choice + after, into);
}

interface Brace {
  readonly start: number;
  readonly end: number;
  readonly choices: readonly string[];
}

/** The first brace that offers a choice; `{}` and `{a}` stand for themselves. */
function firstBrace(pattern: string): Brace | null {
  for (let start = nextOf(pattern, "{", 0); start !== -1; start = nextOf(pattern, "{", start + 1)) {
    const brace = braceAt(pattern, start);
    if (brace !== null) return brace;
  }
  return null;
}

function braceAt(pattern: string, start: number): Brace | null {
  const commas = [start];
  let depth = 0;
  for (let i = start; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "\\") i++;
    else if (char === "{") depth++;
    else if (char === "," && depth === 1) commas.push(i);
    else if (char === "}" && --depth === 0) {
      const inner = pattern.slice(start + 1, i);
      if (commas.length === 1) {
        const range = rangeOf(inner);
        return range === null ? null : { start, end: i, choices: range };
      }
      const choices = commas.map((comma, n) => pattern.slice(comma + 1, commas[n + 1] ?? i));
      return { start, end: i, choices };
    }
  }
  return null;
}

/** Where the character stands next without a backslash before it; -1 for nowhere. */
function nextOf(pattern: string, wanted: string, from: number): number {
  for (let i = from; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === wanted) return i;
  }
  return -1;
}

/** `1..3`, `03..12`, `a..e`, `10..0..5`. */
function rangeOf(text: string): string[] | null {
  const match = /^(?:(-?\d+)\.\.(-?\d+)|([A-Za-z])\.\.([A-Za-z]))(?:\.\.(-?\d+))?$/.exec(text);
  if (match === null) return null;
  const letters = match[3] !== undefined;
  const [from, to] = letters
    ? [match[3]!.charCodeAt(0), match[4]!.charCodeAt(0)]
    : [Number(match[1]), Number(match[2])];
  const step = Math.abs(Number(match[5] ?? 1)) || 1;
  const count = Math.floor(Math.abs(to - from) / step) + 1;
  if (count > mostPatterns) {
    throw new RangeError(`Cannot use the pattern: {${text}} stands for more than ${mostPatterns} names`);
  }
  const padded = /^-?0\d/.test(match[1] ?? "") || /^-?0\d/.test(match[2] ?? "");
  const width = padded ? Math.max(match[1]!.length, match[2]!.length) : 0;
  const direction = to < from ? -step : step;
  return Array.from({ length: count }, (_, n) => {
    const value = from + n * direction;
    return letters ? String.fromCharCode(value) : padNumber(value, width);
  });
}

function padNumber(value: number, width: number): string {
  const digits = String(Math.abs(value));
  return value < 0 ? `-${digits.padStart(width - 1, "0")}` : digits.padStart(width, "0");
}
