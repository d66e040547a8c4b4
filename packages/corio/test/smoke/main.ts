// The smoke suite as a program: for a page it leaves its lines in the document, elsewhere it prints them.

import { smoke } from "./smoke.ts";

const { document, process } = globalThis as {
  document?: { title: string; body: { textContent: string } };
  process?: { exit(code: number): never };
};

const lines: string[] = [];
const good = await smoke((line) => {
  lines.push(line);
  if (document === undefined) console.log(line);
});
if (document !== undefined) {
  document.body.textContent = lines.join("\n");
  document.title = "done";
}
// Not by process.exitCode: what is left behind and keeps the process alive is looked for elsewhere.
process?.exit(good ? 0 : 1);
