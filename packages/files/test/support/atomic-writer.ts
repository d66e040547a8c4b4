// Replaces the file it is given until somebody kills it: for ever, or once, killed by itself at a given call of the system.
//   atomic-writer.ts <file>                      version after version; says "ready", and "written" after each
//   atomic-writer.ts <file> <n> before|after     one version, killed right before or after the n-th call; says "done" if it gets through
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { run } from "corio";
import { writeAtomic } from "../../src/index.ts";

const [, , target = "", count, when] = process.argv;

function contentOf(version: number): string[] {
  const line = `${version}\n`;
  return Array.from({ length: 10 }, () => line.repeat(10_000));
}

/** Makes the process die at the n-th of those calls that change something, or might. */
function dieAt(n: number, before: boolean): void {
  let calls = 0;
  const table = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ["open", "write", "fsync", "fchown", "fchmod", "close", "rename", "unlink", "lstat"]) {
    const original = table[name]!;
    table[name] = (...args) => {
      const mine = ++calls === n;
      if (mine && before) process.kill(process.pid, "SIGKILL");
      const done = args.at(-1) as (...results: unknown[]) => unknown;
      if (!mine || typeof done !== "function") return original(...args);
      return original(...args.slice(0, -1), (...results: unknown[]) => {
        process.kill(process.pid, "SIGKILL");
        return done(...results);
      });
    };
  }
  syncBuiltinESMExports();
}

if (count === undefined) {
  await run(function* () {
    process.stdout.write("ready\n");
    for (let version = 1; ; version++) {
      yield* writeAtomic(target, contentOf(version), { durable: version % 3 !== 0 });
      process.stdout.write("written\n");
    }
  });
} else {
  dieAt(Number(count), when === "before");
  await run(() => writeAtomic(target, contentOf(1)));
  process.stdout.write("done\n");
}
