// Goes through a large tree and removes it: how long it takes, and whether the memory stays flat. Half of the entries stand in one folder, half in
// folders of 500. The heap may be bounded to see what it needs:
//   node --conditions=@corio/source --max-old-space-size=48 packages/files/test/soak/trees.ts [entries]
import { closeSync, mkdirSync, mkdtempSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Awaitable, forEach, run } from "corio";
import { exists, glob, removeTree, walk } from "../../src/index.ts";

const entries = Number(process.argv[2] ?? 1_000_000);
const perFolder = 500;

const mebibytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

function fill(folder: string, files: number): void {
  mkdirSync(folder);
  for (let i = 0; i < files; i++) closeSync(openSync(join(folder, `${i}.txt`), "w"));
}

/** Prints how long it took, and the largest heap and resident size that were seen on the way, at every hundredth of it. */
async function measured(
  what: string,
  work: (seen: (count: number) => void) => Awaitable<number>,
): Promise<void> {
  const from = performance.now();
  const rss = process.memoryUsage.rss();
  let heap = 0;
  let resident = 0;
  let looked = 0;
  const count = await work((now) => {
    if (now - looked < entries / 100) return;
    looked = now;
    heap = Math.max(heap, process.memoryUsage().heapUsed);
    resident = Math.max(resident, process.memoryUsage.rss());
  });
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  console.log(
    `${what}: ${count} entries in ${seconds} s; heap at most ${mebibytes(heap)} MiB, resident ${mebibytes(rss)} MiB before, at most ${mebibytes(resident)} MiB`,
  );
}

const folder = mkdtempSync(join(tmpdir(), "corio-soak-trees-"));
const tree = join(folder, "tree");
mkdirSync(tree);
const half = Math.floor(entries / 2);
fill(join(tree, "one"), half);
for (let i = 0; i * (perFolder + 1) < entries - half; i++) fill(join(tree, `many-${i}`), perFolder);

try {
  await measured("walk, coroutine", (seen) =>
    run(function* () {
      let count = 0;
      yield* forEach(walk(tree), () => seen(++count));
      return count;
    }),
  );
  await measured("walk, for await", (seen) =>
    run(async () => {
      let count = 0;
      for await (const _entry of walk(tree)) seen(++count);
      return count;
    }),
  );
  await measured("glob", (seen) =>
    run(function* () {
      let count = 0;
      yield* forEach(glob("**/*7.txt", { cwd: tree }), () => seen(++count * 10));
      return count;
    }),
  );
} finally {
  await measured("removeTree", (seen) =>
    run(async () => {
      const { files, folders } = await removeTree(folder, { progress: seen });
      return files + folders;
    }),
  );
}
console.log(`left over: ${await run(() => exists(folder))}`);
