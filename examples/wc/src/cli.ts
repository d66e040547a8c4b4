// The program.
import { main, map } from "corio";
import { stderr, stdout } from "@corio/files";
import { countFile } from "./count-file.ts";
import { BadInput, parseCommandLine, USAGE, type Command } from "./options.ts";
import { columnWidth, reportLine, totalOf, trouble } from "./report.ts";

/** How many files are read at a time. */
const atATime = 16;

await main(async () => {
  try {
    return await run(parseCommandLine(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    await stderr.write(`wc: ${error.message}\nTry 'wc --help' for more information.\n`);
    return 1;
  }
});

async function run({ help, counts, files }: Command): Promise<number> {
  if (help) {
    await stdout.write(USAGE);
    return 0;
  }
  const counted = await map(files, (name) => countFile(name, counts), { concurrency: atATime });
  const width = columnWidth(counted, counts);
  for (const { name, counts: found, error } of counted) {
    if (error !== undefined) await stderr.write(trouble(name ?? "-", error));
    if (found !== undefined) await stdout.write(reportLine(found, name, counts, width));
  }
  if (files.length > 1) await stdout.write(reportLine(totalOf(counted), "total", counts, width));
  return counted.some(({ error }) => error !== undefined) ? 1 : 0;
}
