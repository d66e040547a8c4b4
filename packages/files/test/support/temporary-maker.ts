// Makes one of each kind of temporary file, says where, and ends as it is told.
import { main, sleepForever } from "corio";
import { mkdirSync, writeFileSync } from "node:fs";
import {
  namedTemporaryFile,
  spooledTemporaryFile,
  temporaryDirectory,
  temporaryFile,
} from "../../src/index.ts";

const [, , end = ""] = process.argv;

await main(async () => {
  const named = await namedTemporaryFile();
  const scoped = await namedTemporaryFile("w", { remove: "scope" });
  const folder = await temporaryDirectory();
  await scoped.write("buffered");
  await named.write(Buffer.alloc(100_000));
  await (await temporaryFile()).write(Buffer.alloc(100_000));
  await (await spooledTemporaryFile("w+b", { maxSize: 0 })).write(Buffer.alloc(100_000));
  mkdirSync(`${folder.path}/closed`);
  writeFileSync(`${folder.path}/closed/f`, "");
  process.stdout.write(`${JSON.stringify([named.name, scoped.name, folder.path])}\n`);
  if (end === "failure") throw new Error("as told");
  if (end === "exit") process.exit(7);
  if (end === "exception") {
    setImmediate(() => {
      throw new Error("that nobody catches");
    });
  }
  if (end === "ignores") {
    // The first signal is not heeded: the second one ends the process at once.
    for (;;) {
      try {
        await sleepForever();
      } catch {
        process.stdout.write("told\n");
      }
    }
  }
  if (end !== "return") await sleepForever();
});
