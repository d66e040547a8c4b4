// The programs, and the logs that CPython wrote of them.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const folder = new URL("./", import.meta.url);
const madeWithFile = new URL("logs/made-with.json", folder);

/** What the logs were made with: the interpreter, and every Python source by its hash. */
export interface MadeWith {
  readonly python: string;
  readonly sources: Readonly<Record<string, string>>;
}

function namesIn(place: string, ending: string): string[] {
  return readdirSync(new URL(place, folder))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

/** The names of all programs, by their side in one language. */
export function programNames(language: "py" | "ts"): string[] {
  return namesIn("programs/", `.${language}`);
}

export function logNames(): string[] {
  return namesIn("logs/", ".log");
}

function logFile(name: string): URL {
  return new URL(`logs/${name}.log`, folder);
}

/** The events that CPython logged. */
export function readLog(name: string): string[] {
  return readFileSync(logFile(name), "utf8").trimEnd().split("\n");
}

export function writeLog(name: string, lines: readonly string[]): void {
  writeFileSync(logFile(name), `${lines.join("\n")}\n`);
}

export function removeLog(name: string): void {
  rmSync(logFile(name));
}

/** The hash of every Python source: a log is stale when its program, or what runs it, has changed. */
export function hashSources(): Record<string, string> {
  const sources = ["python/", "programs/"].flatMap((place) =>
    namesIn(place, ".py").map((name) => `${place}${name}.py`),
  );
  return Object.fromEntries(
    sources.map((source) => {
      const text = readFileSync(new URL(source, folder), "utf8").replaceAll("\r\n", "\n");
      return [source, createHash("sha256").update(text).digest("hex")];
    }),
  );
}

export function readMadeWith(): MadeWith {
  return JSON.parse(readFileSync(madeWithFile, "utf8")) as MadeWith;
}

export function writeMadeWith(madeWith: MadeWith): void {
  writeFileSync(madeWithFile, `${JSON.stringify(madeWith, null, 2)}\n`);
}
