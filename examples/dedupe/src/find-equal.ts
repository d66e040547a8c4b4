// Which of the files of one size are equal: by the hash of their beginning first, then by the hash of all of them.
import { forEach } from "corio";
import { runInExecutor, type ThreadExecutor } from "@corio/io";
import { hashFiles } from "./hashing.ts";

/** How much of a file tells most of them apart. */
const beginning = 16 * 1024;
/** So that a call of a thread is worth it, and none keeps the others waiting: files and bytes of one. */
const mostFiles = 128;
const mostBytes = 64 * 1024 * 1024;

/** Files that may be equal: so far nothing tells them apart. */
export interface Candidates {
  readonly size: number;
  readonly paths: readonly string[];
}

export interface EqualOptions {
  readonly executor: ThreadExecutor;
  /** How many calls of threads are under way at a time. */
  readonly concurrency: number;
  /** Told what cannot be read. */
  readonly trouble: (path: string, code: string) => void;
}

export async function findEqual(
  candidates: readonly Candidates[],
  options: EqualOptions,
): Promise<Candidates[]> {
  const alike = await split(candidates, beginning, options);
  const short = alike.filter(({ size }) => size <= beginning);
  const long = alike.filter(({ size }) => size > beginning);
  return [...short, ...(await split(long, Infinity, options))];
}

interface Job {
  readonly candidates: Candidates;
  readonly path: string;
}

/** Splits candidates by the hash of their first bytes, and leaves out those that are alone then. */
async function split(
  all: readonly Candidates[],
  limit: number,
  { executor, concurrency, trouble }: EqualOptions,
): Promise<Candidates[]> {
  const byHash = new Map<Candidates, Map<string, string[]>>();
  const note = ({ candidates, path }: Job, hash: string): void => {
    const hashes = byHash.get(candidates) ?? new Map<string, string[]>();
    byHash.set(candidates, hashes);
    hashes.set(hash, [...(hashes.get(hash) ?? []), path]);
  };
  await forEach(
    batches(all, limit),
    async (batch) => {
      const paths = batch.map(({ path }) => path);
      const hashed = await runInExecutor(executor, hashFiles, paths, limit);
      for (const [i, result] of hashed.entries()) {
        if ("hash" in result) note(batch[i]!, result.hash);
        else if (result.code !== "ENOENT") trouble(result.path, result.code);
      }
    },
    { concurrency },
  );
  return [...byHash].flatMap(([{ size }, hashes]) =>
    [...hashes.values()].filter((paths) => paths.length > 1).map((paths) => ({ size, paths })),
  );
}

function* batches(all: readonly Candidates[], limit: number): Generator<Job[]> {
  let batch: Job[] = [];
  let bytes = 0;
  for (const candidates of all) {
    for (const path of candidates.paths) {
      batch.push({ candidates, path });
      bytes += Math.min(candidates.size, limit);
      if (batch.length < mostFiles && bytes < mostBytes) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
