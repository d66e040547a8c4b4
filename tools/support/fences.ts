// Finds the TypeScript fences of Markdown files and of doc comments.
//
//   ```ts                      type-checked and run
//   ```ts no-run <reason>      type-checked only
//   ```ts no-check <reason>    skipped

export type FenceKind = "run" | "no-run" | "no-check";

export interface Fence {
  readonly kind: FenceKind;
  readonly reason: string;
  /** 1-based line of the first line of code. */
  readonly line: number;
  readonly code: string;
}

/** A fence that says less than it must; reported as a failure. */
export interface BadFence {
  readonly line: number;
  readonly problem: string;
}

const opening = /^(\s*)(`{3,})(ts|typescript)\b[ \t]*(.*)$/;

function read(lines: readonly string[]): { fences: Fence[]; bad: BadFence[] } {
  const fences: Fence[] = [];
  const bad: BadFence[] = [];
  for (let i = 0; i < lines.length; i++) {
    const anyFence = /^\s*(`{3,})/.exec(lines[i] as string);
    if (anyFence === null) continue;
    const match = opening.exec(lines[i] as string);
    const closing = new RegExp(`^\\s*${anyFence[1]}\\s*$`);
    let end = i + 1;
    while (end < lines.length && !closing.test(lines[end] as string)) end++;
    if (match !== null) {
      const [, indent = "", , , info = ""] = match;
      const [word = "", ...rest] = info.trim().split(/\s+/);
      const reason = rest.join(" ");
      const line = i + 2;
      if (word !== "" && word !== "no-run" && word !== "no-check") {
        bad.push({ line, problem: `unknown mark "${word}" on a ts fence` });
      } else if (word !== "" && reason === "") {
        bad.push({ line, problem: `"${word}" needs a reason` });
      } else {
        const cut = (text: string): string => (text.startsWith(indent) ? text.slice(indent.length) : text);
        const code = lines
          .slice(i + 1, end)
          .map(cut)
          .join("\n");
        fences.push({ kind: word === "" ? "run" : word, reason, line, code });
      }
    }
    i = end;
  }
  return { fences, bad };
}

export function markdownFences(text: string): { fences: Fence[]; bad: BadFence[] } {
  return read(text.split("\n"));
}

/** The fences inside `/** ... *\/` comments; everything else is blanked, so that line numbers stay. */
export function commentFences(text: string): { fences: Fence[]; bad: BadFence[] } {
  let inside = false;
  const lines = text.split("\n").map((line) => {
    if (!inside && /^\s*\/\*\*/.test(line)) inside = true;
    else if (!inside) return "";
    if (line.includes("*/")) {
      inside = false;
      return "";
    }
    return line.replace(/^\s*\/?\*{1,2} ?/, "");
  });
  return read(lines);
}
