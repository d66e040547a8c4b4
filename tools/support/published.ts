// What a package would publish: the names of the files, and what is wrong with them.

interface Published {
  /** Of package.json: conditions within conditions, down to paths. */
  readonly exports?: unknown;
  /** The files of the package, from its folder. */
  readonly files: readonly string[];
}

/** All paths that `exports` leads to. */
export function targetsOf(exports: unknown): string[] {
  if (typeof exports === "string") return [exports];
  if (typeof exports !== "object" || exports === null) return [];
  return [...new Set(Object.values(exports).flatMap(targetsOf))];
}

/** What is missing, and what should not be there. */
export function offencesOf({ exports, files }: Published): string[] {
  const names = new Set(files);
  const missing = ["README.md", "LICENSE", ...targetsOf(exports).map((path) => path.replace(/^\.\//, ""))]
    .filter((name) => !names.has(name))
    .map((name) => `${name} is missing`);
  const own = files.filter((name) => /(?:^|\/)test\/|\.test\.|\.tsbuildinfo/.test(name));
  return own.length === 0
    ? missing
    : [...missing, `${own[0]} is nobody's but ours (${own.length} such files)`];
}
