// Another process that wants a lock: holds it until it is told to let go, or counts under it.
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { run } from "corio";
import { lock } from "../../src/index.ts";

const [, , what = "", path = "", argument = ""] = process.argv;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Adds one to the number in a file; throws when somebody else is at it. */
function count(): void {
  const inside = `${path}.inside`;
  closeSync(openSync(inside, "wx"));
  const before = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  writeFileSync(path, String(before + 1));
  rmSync(inside);
}

if (what === "hold") {
  await run(async () => {
    say("wants");
    await lock(path, { shared: argument === "shared" }).hold(async () => {
      say("holds");
      await once(process.stdin, "data");
      say("lets go");
    });
    say("let go");
  });
  process.exit(0);
}

if (what === "count") {
  await run(async () => {
    for (let i = 0; i < Number(argument); i++) await lock(path).hold(() => count());
  });
  say("counted");
}

// For ever, one stay after the other; the file says who is inside.
if (what === "stay") {
  const inside = `${path}.inside`;
  await run(async () => {
    for (;;) {
      await lock(path).hold(async () => {
        const there = existsSync(inside) ? readFileSync(inside, "utf8") : "";
        // What a killed process has left does not count.
        if (there !== "" && !isDying(there)) say(`met ${there}`);
        writeFileSync(inside, String(process.pid));
        await new Promise((resolve) => setImmediate(resolve));
        const now = readFileSync(inside, "utf8");
        if (now !== String(process.pid)) say(`met ${now}`);
        writeFileSync(inside, "");
      });
      say("stayed");
    }
  });
}

/** PF_EXITING: set before a dying process lets go of its descriptors; it is a zombie only after that, when others may hold the lock already. */
const exiting = 0x4;

function isDying(pid: string): boolean {
  try {
    const [state, , , , , , flags] = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
    return state === "Z" || state === "X" || (Number(flags) & exiting) !== 0;
  } catch {
    return true;
  }
}
