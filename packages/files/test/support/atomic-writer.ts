// Replaces the file it is given again and again, until somebody kills it.
import { run } from "corio";
import { writeAtomic } from "../../src/index.ts";

const [, , target = ""] = process.argv;

await run(function* () {
  process.stdout.write("ready\n");
  for (let version = 1; ; version++) {
    const line = `${version}\n`;
    yield* writeAtomic(
      target,
      Array.from({ length: 10 }, () => line.repeat(10_000)),
    );
    process.stdout.write("written\n");
  }
});
