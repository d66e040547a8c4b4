// Who is measured, and how a process of each is started.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Contestant {
  readonly name: string;
  /** As the tables say it. */
  readonly label: string;
  readonly language: "js" | "python" | "go";
}

export const contestants: readonly Contestant[] = [
  { name: "node", label: "bare Node", language: "js" },
  { name: "corio", label: "Corio, coroutines", language: "js" },
  { name: "corio-async", label: "Corio, async functions", language: "js" },
  { name: "corio-into", label: "Corio, own memory", language: "js" },
  { name: "asyncio-streams", label: "asyncio, streams", language: "python" },
  { name: "asyncio-protocols", label: "asyncio, protocols", language: "python" },
  { name: "uvloop-streams", label: "uvloop, streams", language: "python" },
  { name: "uvloop-protocols", label: "uvloop, protocols", language: "python" },
  { name: "go", label: "Go", language: "go" },
];

export function contestantNamed(name: string): Contestant {
  const found = contestants.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`no contestant ${name}; there are ${contestants.map((each) => each.name).join(", ")}`);
  return found;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The Python of ../runtime/py/setup.sh. */
export const python: string = here("../runtime/.cache/venv/bin/python");
const goProgram = here(".cache/go-child");

/** Before other programs of an unquiet machine, where that is allowed; both sides of a connection alike. */
export const ahead: readonly string[] =
  spawnSync("chrt", ["-f", "50", "true"], { stdio: "ignore" }).status === 0 ? ["chrt", "-f", "50"] : [];

/** The command of a child, without the arguments that child.ts tells of. */
export function command(contestant: Contestant): readonly string[] {
  const own: Record<Contestant["language"], string[]> = {
    js: [process.execPath, "--expose-gc", "--conditions=@corio/source", here("child.ts")],
    python: [python, here("py/child.py")],
    go: [goProgram],
  };
  // Threads that spin for work, as Go's do, would keep each other from it.
  const before = contestant.language === "go" ? [] : ahead;
  return [...before, ...own[contestant.language], contestant.name];
}

/** Why a contestant cannot be measured; null when it can. Builds the program of Go. */
export function missing(contestant: Contestant): string | null {
  switch (contestant.language) {
    case "js":
      return null;
    case "python":
      return existsSync(python) ? null : "its Python is not there: benchmarks/runtime/py/setup.sh makes it";
    case "go": {
      const built = spawnSync("go", ["build", "-o", goProgram, here("go/child.go")], { encoding: "utf8" });
      if (built.status === 0) return null;
      return built.error === undefined
        ? `it does not build: ${built.stderr}`
        : "there is no `go` on the PATH";
    }
  }
}

function said(program: string, ...args: string[]): string {
  return spawnSync(program, args, { encoding: "utf8" }).stdout.trim();
}

/** What the tables say of versions. */
export function versions(of: readonly Contestant[]): string[] {
  const languages = new Set(of.map(({ language }) => language));
  const lines = [`Node ${process.version.slice(1)}`];
  if (languages.has("python")) {
    const program =
      "import platform, ssl, uvloop; print(f'Python {platform.python_version()}, uvloop {uvloop.__version__}')";
    lines.push(said(python, "-c", program));
  }
  if (languages.has("go")) lines.push(`Go ${said("go", "env", "GOVERSION").replace(/^go/, "")}`);
  return lines;
}
