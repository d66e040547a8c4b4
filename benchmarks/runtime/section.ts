// Sections of benchmarks/README.md, or of another file, that programs write: `<!-- NAME:begin -->` … `<!-- NAME:end -->`.
import { readFileSync, writeFileSync } from "node:fs";

const readme = new URL("../README.md", import.meta.url);

export function writeSection(name: string, section: string, file: URL = readme): void {
  const text = readFileSync(file, "utf8");
  const from = `<!-- ${name}:begin -->`;
  const begin = text.indexOf(from);
  const end = text.indexOf(`<!-- ${name}:end -->`);
  if (begin < 0 || end < begin) throw new Error(`${file.pathname} has lost its section ${name}`);
  writeFileSync(file, `${text.slice(0, begin + from.length)}\n${section}\n${text.slice(end)}`);
}
