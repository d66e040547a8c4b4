// One contestant in one benchmark: bench.ts CONTESTANT BENCHMARK FOLDER COUNT CALLS. Prints the median time and what was counted, as JSON.
import { once } from "node:events";
import * as fs from "node:fs";
import { join } from "node:path";
import * as readline from "node:readline";
import { pipeline } from "node:stream/promises";
import { copy, open, readBytes } from "@corio/files";
import { forEach, run } from "corio";
import { record } from "./contestants.ts";

const [contestant = "", bench = "", folder = "", countText = "", callsText = ""] = process.argv.slice(2);
const count = Number(countText);
const text = join(folder, "lines.txt");
const large = join(folder, "large");
const out = join(folder, `out-${contestant}`);
const bytes = Buffer.from(record);
const paths =
  bench === "many" ? Array.from({ length: count }, (_, i) => join(folder, "many", String(i))) : [];

/** Readline takes the line ends off. */
async function readlineEvents(): Promise<number> {
  let total = 0;
  const lines = readline.createInterface({ input: fs.createReadStream(text), crlfDelay: Infinity });
  lines.on("line", (line) => (total += line.length + 1));
  await once(lines, "close");
  return total;
}

async function lengths(lines: AsyncIterable<string>, end: number): Promise<number> {
  let total = 0;
  for await (const line of lines) total += line.length + end;
  return total;
}

async function many(read: (path: string) => Promise<Uint8Array>): Promise<number> {
  const { default: pLimit } = (await import("p-limit" as string)) as {
    default: (n: number) => <T>(fn: () => Promise<T>) => Promise<T>;
  };
  const limit = pLimit(64);
  const sizes = await Promise.all(paths.map((path) => limit(async () => (await read(path)).length)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function streamed(data: string | Buffer): Promise<number> {
  const stream = fs.createWriteStream(out);
  for (let i = 0; i < count; i++) if (!stream.write(data)) await once(stream, "drain");
  stream.end();
  await once(stream, "close");
  return fs.statSync(out).size;
}

const work: Readonly<Record<string, () => PromiseLike<number>>> = {
  "lines readline": readlineEvents,
  "lines readline-await": () =>
    lengths(readline.createInterface({ input: fs.createReadStream(text), crlfDelay: Infinity }), 1),
  "lines promises": async () => lengths((await fs.promises.open(text)).readLines(), 1),
  "lines corio-async": () => run(async () => lengths(await open(text), 0)),
  "lines corio": () =>
    run(function* () {
      const file = yield* open(text);
      let total = 0;
      for (let line = yield* file.readLine(); line !== ""; line = yield* file.readLine())
        total += line.length;
      return total;
    }),
  "lines corio-each": () =>
    run(function* () {
      const file = yield* open(text);
      let total = 0;
      yield* forEach(file.lines(), (line) => {
        total += line.length;
      });
      return total;
    }),
  "lines corio-batches": () =>
    run(async () => {
      const file = await open(text);
      let total = 0;
      for (let some = await file.readLines(65_536); some.length > 0; some = await file.readLines(65_536))
        for (const line of some) total += line.length;
      return total;
    }),
  "many promises": () => many((path) => fs.promises.readFile(path)),
  "many corio-async": () =>
    run(async () => {
      let total = 0;
      const read = async (path: string): Promise<void> => {
        const { length } = await readBytes(path);
        total += length;
      };
      await forEach(paths, read, { concurrency: 64 });
      return total;
    }),
  "many corio": () =>
    run(function* () {
      let total = 0;
      yield* forEach(
        paths,
        function* (path) {
          const { length } = yield* readBytes(path);
          total += length;
        },
        { concurrency: 64 },
      );
      return total;
    }),
  "many corio-open": () =>
    run(function* () {
      let total = 0;
      yield* forEach(
        paths,
        function* (path) {
          const file = yield* open(path, "rb");
          const { length } = yield* file.read();
          yield* file.close();
          total += length;
        },
        { concurrency: 64 },
      );
      return total;
    }),
  "writes stream": () => streamed(record),
  "writes stream-bytes": () => streamed(bytes),
  "writes promises": async () => {
    const handle = await fs.promises.open(out, "w");
    for (let i = 0; i < count; i++) await handle.write(record);
    await handle.close();
    return fs.statSync(out).size;
  },
  "writes corio-async": () =>
    run(async () => {
      const file = await open(out, "w");
      for (let i = 0; i < count; i++) await file.write(record);
      await file.close();
      return fs.statSync(out).size;
    }),
  "writes corio": () =>
    run(function* () {
      const file = yield* open(out, "w");
      for (let i = 0; i < count; i++) yield* file.write(record);
      yield* file.close();
      return fs.statSync(out).size;
    }),
  "writes corio-async-bytes": () =>
    run(async () => {
      const file = await open(out, "wb");
      for (let i = 0; i < count; i++) await file.write(bytes);
      await file.close();
      return fs.statSync(out).size;
    }),
  "writes corio-bytes": () =>
    run(function* () {
      const file = yield* open(out, "wb");
      for (let i = 0; i < count; i++) yield* file.write(bytes);
      yield* file.close();
      return fs.statSync(out).size;
    }),
  "copy promises": async () => {
    await fs.promises.copyFile(large, out);
    return fs.statSync(out).size;
  },
  "copy stream": async () => {
    await pipeline(fs.createReadStream(large), fs.createWriteStream(out));
    return fs.statSync(out).size;
  },
  "copy corio": () => run(() => copy(large, out)),
};

const once1 = work[`${bench} ${contestant}`];
if (once1 === undefined) throw new Error(`no ${contestant} in ${bench}`);
const times: number[] = [];
let check = 0;
for (let call = 0; call < Number(callsText); call++) {
  const start = performance.now();
  check = await once1();
  times.push(performance.now() - start);
  fs.rmSync(out, { force: true });
}
const ms = times.toSorted((a, b) => a - b)[times.length >> 1];
console.log(JSON.stringify({ ms, check, resident: process.resourceUsage().maxRSS * 1024 }));
