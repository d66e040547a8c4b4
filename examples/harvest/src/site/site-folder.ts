// The folder of the copy: each file whole or absent.
import { dirname, join } from "node:path";
import { call, type Awaitable, type Coroutine } from "corio";
import { atomicFile, FileNotFoundError, makedirs, stat, type BinaryFile } from "@corio/files";
import type { StreamReader } from "@corio/http";
import { filePath } from "./urls.ts";

export class SiteFolder {
  readonly #out: string;
  readonly #made = new Set<string>();

  constructor(out: string) {
    this.#out = out;
  }

  /** Where the file of a path of the site is. */
  fileOf(path: string): string {
    return join(this.#out, filePath(path));
  }

  /** The size of the file of a path; null if there is none. */
  async sizeOf(path: string): Promise<number | null> {
    try {
      return (await stat(this.fileOf(path))).size;
    } catch (error) {
      if (error instanceof FileNotFoundError) return null;
      throw error;
    }
  }

  /** Saves the file of a path, from bytes or as they come from a stream, and gives its size. For both dialects. */
  save(path: string, content: Uint8Array | StreamReader): Awaitable<number> {
    return call(saveFile, this.fileOf(path), content, this.#made);
  }
}

function* saveFile(file: string, content: Uint8Array | StreamReader, made: Set<string>): Coroutine<number> {
  const folder = dirname(file);
  if (!made.has(folder)) yield* makedirs(folder, { existOk: true });
  made.add(folder);
  // Not `durable`: a file lost with the machine is missed, and fetched again, by the next run.
  return yield* atomicFile(file, (handle) => copy(content, handle), { mode: "wb", durable: false });
}

function* copy(content: Uint8Array | StreamReader, file: BinaryFile): Coroutine<number> {
  if (content instanceof Uint8Array) return yield* file.write(content);
  let size = 0;
  for (let chunk = yield* content.readChunk(); chunk !== null; chunk = yield* content.readChunk()) {
    size += yield* file.write(chunk);
  }
  return size;
}
