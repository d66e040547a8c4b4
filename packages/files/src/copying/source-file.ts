// A file that is being copied: open, known to be one, and the same one to the end.
import * as fs from "node:fs";
import { resolve } from "node:path";
import type { Coroutine } from "corio";
import { systemError, UnsupportedOperationError } from "../errors.ts";
import { byDescriptor } from "../folder-handle.ts";
import { HeldDescriptor } from "../held-descriptor.ts";

// Some systems do not have them all.
const { O_RDONLY = 0, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants as Partial<typeof fs.constants>;

export class SourceFile {
  /** For messages. */
  readonly path: string;
  readonly held: HeldDescriptor;
  readonly stats: fs.BigIntStats;

  constructor(fd: number, path: string) {
    this.held = new HeldDescriptor(fd);
    this.path = path;
    // The inode is in memory: asking takes less than handing the question to a thread.
    this.stats = fs.fstatSync(fd, { bigint: true });
  }

  /** How the system finds this very file. */
  get place(): string {
    return byDescriptor ? `/proc/self/fd/${this.held.fd}` : resolve(this.path);
  }

  get size(): number {
    return Number(this.stats.size);
  }

  /** Whether it has holes: fewer blocks than its size takes. */
  get sparse(): boolean {
    return this.stats.blocks !== undefined && this.stats.blocks * 512n < this.stats.size;
  }

  close(): void {
    this.held.close();
  }
}

/** Opens a file for being copied. `open` is given the flags: with them no pipe holds the thread up. A folder or a device is refused. */
export function* openSource(
  path: string,
  follow: boolean,
  open: (flags: number) => Coroutine<number>,
): Coroutine<SourceFile> {
  const source = new SourceFile(yield* open(O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW)), path);
  if (source.stats.isFile()) return source;
  source.close();
  if (source.stats.isDirectory()) throw systemError("EISDIR", "it is a folder: see copyTree", "copy", path);
  throw new UnsupportedOperationError(
    `Cannot copy ${path}: it is no regular file, and has no end that is known`,
  );
}
