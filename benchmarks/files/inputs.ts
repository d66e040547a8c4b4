// The files that are read and copied, made once in a temporary folder.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { lineAt } from "./contestants.ts";

const mebibyte = 1024 * 1024;

/** Gives what each benchmark must count to. */
export function makeInputs(folder: string, lines: number, files: number, mebibytes: number): Inputs {
  const text = openSync(join(folder, "lines.txt"), "w");
  // UTF-16 units in the first lines: Python counts code points, of which there are as many.
  const units: number[] = [0];
  for (let at = 0; at < lines;) {
    const block: string[] = [];
    for (; at < lines && block.length < 10_000; at++) {
      block.push(lineAt(at));
      units.push((units.at(-1) as number) + (block.at(-1) as string).length);
    }
    writeSync(text, block.join(""));
  }
  closeSync(text);
  mkdirSync(join(folder, "many"));
  for (let i = 0; i < files; i++) writeFileSync(join(folder, "many", String(i)), Buffer.alloc(4096, i));
  const large = openSync(join(folder, "large"), "w");
  for (let i = 0; i < mebibytes; i++) writeSync(large, Buffer.alloc(mebibyte, i));
  closeSync(large);
  return { units, large: mebibytes * mebibyte };
}

export interface Inputs {
  /** By the number of lines. */
  readonly units: readonly number[];
  readonly large: number;
}
