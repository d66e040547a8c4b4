// The program.
import { availableParallelism } from "node:os";
import { main } from "corio";
import { stderr, stdout } from "@corio/files";
import { ThreadExecutor } from "@corio/io";
import { findEqual, type Candidates } from "./find-equal.ts";
import { findFiles } from "./find-files.ts";
import { BadInput, parseCommandLine, USAGE, type Command } from "./options.ts";

await main(async () => {
  try {
    return await run(parseCommandLine(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    await stderr.write(`dedupe: ${error.message}\nTry 'dedupe --help' for more information.\n`);
    return 2;
  }
});

async function run(command: Command): Promise<number> {
  if (command.help) {
    await stdout.write(USAGE);
    return 0;
  }
  const troubles: string[] = [];
  const trouble = (path: string, code: string): void => void troubles.push(`dedupe: ${path}: ${code}\n`);
  const { bySize, files } = await findFiles({ ...command, trouble });
  const candidates = [...bySize]
    .filter(([, paths]) => paths.length > 1)
    .map(([size, paths]): Candidates => ({ size, paths }));
  const concurrency = command.threads ?? Math.max(1, availableParallelism() - 1);
  const executor = new ThreadExecutor({ workers: concurrency });
  const equal = await findEqual(candidates, { executor, concurrency, trouble });
  await stdout.write(command.summary ? summaryOf(equal, files) : listOf(equal));
  for (const line of troubles) await stderr.write(line);
  return troubles.length === 0 ? 0 : 1;
}

/** In the order of their names, so that two runs can be compared. */
function listOf(equal: readonly Candidates[]): string {
  const groups = equal.map(({ paths }) => [...paths].sort());
  groups.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  return groups.map((paths) => paths.map((path) => `${path}\n`).join("")).join("\n");
}

function summaryOf(equal: readonly Candidates[], files: number): string {
  const more = equal.reduce((sum, { paths }) => sum + paths.length - 1, 0);
  const bytes = equal.reduce((sum, { size, paths }) => sum + size * (paths.length - 1), 0);
  return `${files} files; ${more} of them are copies of ${equal.length} others, and take ${bytes} bytes\n`;
}
