// Who is measured in what: the contestants of each benchmark, how much of it they do, and what they must come to.

export interface Contestant {
  readonly name: string;
  /** As the table says it. */
  readonly label: string;
  readonly python?: true;
  /** How many times less it does, where all would take minutes; its time is multiplied. */
  readonly share?: number;
}

export interface Bench {
  readonly name: string;
  readonly label: string;
  /** How many lines, files, writes or copies. */
  readonly count: number;
  /** Timed calls in one process, of which the median counts. */
  readonly calls: number;
  readonly contestants: readonly Contestant[];
}

export const record = "a small record, number 1234567\n";
/** The line of the text file that stands at that place: JSON, of 52 to 151 characters, some of them not ASCII. */
export function lineAt(index: number): string {
  const words = index % 10 === 0 ? "naïve text" : "plain text";
  const id = String(index).padStart(8, "0");
  return `{"id":${id},"text":"${words}","more":"${"x".repeat((index * 7919) % 100)}"}\n`;
}

const python = { name: "python", label: "Python, blocking", python: true } as const;
const aiofiles = { name: "aiofiles", label: "aiofiles", python: true } as const;

export const benches: readonly Bench[] = [
  {
    name: "lines",
    label: "Iterate over the lines of a 100 MB text file",
    count: 1_000_000,
    calls: 3,
    contestants: [
      { name: "readline", label: "node:readline, `line` events" },
      { name: "readline-await", label: "node:readline, `for await`" },
      { name: "promises", label: "fs/promises, `handle.readLines()`" },
      { name: "corio-async", label: "Corio, `for await`" },
      { name: "corio", label: "Corio, coroutine, `readLine`" },
      { name: "corio-each", label: "Corio, coroutine, `forEach`" },
      { name: "corio-batches", label: "Corio, `readLines(65_536)`" },
      python,
      { ...aiofiles, share: 50 },
    ],
  },
  {
    name: "many",
    label: "Read 10,000 files of 4 KiB, 64 at a time",
    count: 10_000,
    calls: 3,
    contestants: [
      { name: "promises", label: "fs.promises.readFile under p-limit" },
      { name: "corio-async", label: "Corio, `readBytes`, async functions" },
      { name: "corio", label: "Corio, `readBytes`, coroutines" },
      { name: "corio-open", label: "Corio, `open`, `read`, `close`" },
      { ...python, label: "Python, blocking, one by one" },
      aiofiles,
    ],
  },
  {
    name: "writes",
    label: "1,000,000 small writes to one file",
    count: 1_000_000,
    calls: 3,
    contestants: [
      { name: "stream", label: "fs.WriteStream" },
      { name: "promises", label: "fs/promises, `handle.write`", share: 50 },
      { name: "corio-async", label: "Corio, async functions" },
      { name: "corio", label: "Corio, coroutines" },
      { name: "stream-bytes", label: "fs.WriteStream, bytes" },
      { name: "corio-async-bytes", label: "Corio, async functions, bytes" },
      { name: "corio-bytes", label: "Corio, coroutines, bytes" },
      python,
      { ...aiofiles, share: 50 },
    ],
  },
  {
    name: "copy",
    label: "Copy a file of 1 GiB",
    count: 1,
    calls: 1,
    contestants: [
      { name: "promises", label: "fs.promises.copyFile" },
      { name: "stream", label: "pipeline of fs streams" },
      { name: "corio", label: "Corio, `copy`" },
      { ...python, label: "Python, shutil.copyfile" },
      { ...aiofiles, label: "aiofiles, blocks of 1 MiB" },
    ],
  },
];

export interface Target {
  readonly bench: string;
  readonly contestant: string;
  readonly other: string;
  /** At most so many times the other's time. */
  readonly most: number;
}

/** What files.md asks for, with the contestant that it is asked of. */
export const targets: readonly Target[] = [
  { bench: "lines", contestant: "corio-async", other: "readline", most: 1.3 },
  { bench: "lines", contestant: "corio-async", other: "python", most: 1 },
  { bench: "lines", contestant: "corio-async", other: "aiofiles", most: 1 / 50 },
  { bench: "lines", contestant: "corio", other: "readline", most: 1.3 },
  { bench: "many", contestant: "corio-async", other: "promises", most: 1.2 },
  { bench: "many", contestant: "corio", other: "promises", most: 1.2 },
  { bench: "many", contestant: "corio", other: "aiofiles", most: 1 / 3 },
  { bench: "writes", contestant: "corio-async", other: "stream", most: 1.5 },
  { bench: "writes", contestant: "corio", other: "stream", most: 1.5 },
  { bench: "writes", contestant: "corio-async-bytes", other: "stream-bytes", most: 1.5 },
  { bench: "writes", contestant: "corio-bytes", other: "stream-bytes", most: 1.5 },
  { bench: "copy", contestant: "corio", other: "promises", most: 1.1 },
];
