// The embedded server: PGlite, a PostgreSQL in WebAssembly, in a worker thread, spoken to in the same protocol as a real
// one. Its limits:
// - One session: a database in memory belongs to its connection, a folder can be open once at a time.
// - No users, no TLS, no startup; one operation after the other.
// - Nothing can be cancelled: a cancelled operation is waited for (`cancelTimeout`), then the worker is ended, and with it
//   the connection. A database in memory is lost then; one in a folder recovers when it is opened again.
// - What a COPY brings in is held in memory as a whole. Results cannot be slowed down.

import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, rmSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Coroutine } from "corio";
import { suspend } from "corio/lowlevel";
import { ConnectionError, UnsupportedFeature } from "../errors.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "./pglite-worker.ts";
import type { Connector, Transport, TransportHandlers } from "./transport.ts";

/** Bytes the worker may be behind before `write` asks to wait. */
const WINDOW = 1024 * 1024;

export class PGliteConnector implements Connector {
  readonly description: string;
  readonly embedded = true;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.description = `pglite:${folder}`;
  }

  *open(): Coroutine<Transport> {
    const lock = this.#folder === "" ? null : new FolderLock(this.#folder);
    try {
      const worker = yield* suspend<Worker>((resolve, reject) => startWorker(this.#folder, resolve, reject));
      return new PGliteTransport(worker, lock);
    } catch (error) {
      lock?.release();
      throw error;
    }
  }

  // oxlint-disable-next-line require-yield -- an implementation of Connector that has nothing to wait for
  *cancel(): Coroutine<void> {
    throw new UnsupportedFeature("PGlite cannot cancel an operation");
  }
}

function startWorker(
  folder: string,
  resolve: (worker: Worker) => void,
  reject: (error: unknown) => void,
): () => void {
  const file = import.meta.url.endsWith(".ts") ? "./pglite-worker.ts" : "./pglite-worker.js";
  const setup: WorkerSetup = { folder };
  const worker = new Worker(new URL(file, import.meta.url), { workerData: setup, name: "pglite" });
  const failed = (reason: string, cause?: unknown): void => {
    stop();
    void worker.terminate();
    reject(new ConnectionError(`PGlite did not start: ${reason}`, { cause }));
  };
  const onError = (error: unknown): void =>
    failed(error instanceof Error ? error.message : String(error), error);
  const onExit = (code: number): void => failed(`its thread ended with code ${code}`);
  const onMessage = (message: FromWorker): void => {
    if (message.kind !== "ready")
      return failed(message.kind === "failed" ? message.message : "an odd message");
    stop();
    resolve(worker);
  };
  // One by one: a Worker has listeners of its own, without which it is deaf.
  const stop = (): void => {
    worker.on("error", () => {});
    worker.off("error", onError).off("exit", onExit).off("message", onMessage);
  };
  worker.on("error", onError).on("exit", onExit).on("message", onMessage);
  return () => {
    stop();
    void worker.terminate();
  };
}

class PGliteTransport implements Transport {
  readonly #worker: Worker;
  readonly #lock: FolderLock | null;
  #error: Error | null = null;
  #behind = 0;
  #held = false;
  #exited = false;

  constructor(worker: Worker, lock: FolderLock | null) {
    this.#worker = worker;
    this.#lock = lock;
    worker.on("error", (error) => {
      this.#error ??= error instanceof Error ? error : new Error(String(error));
    });
    worker.once("exit", () => {
      this.#exited = true;
      this.#lock?.release();
    });
  }

  attach(handlers: TransportHandlers): void {
    this.#worker.on("message", (message: FromWorker) => {
      if (message.kind === "bytes") handlers.onBytes(message.bytes);
      else if (message.kind === "taken") {
        this.#behind -= message.size;
        if (!this.#held || this.#behind > WINDOW / 2) return;
        this.#held = false;
        handlers.onDrain();
      }
    });
    if (this.#exited) handlers.onClose(this.#error);
    else this.#worker.once("exit", () => handlers.onClose(this.#error));
  }

  write(bytes: Uint8Array): boolean {
    // A copy of its own: posting the view would copy the whole block behind it.
    const messages = new Uint8Array(bytes);
    this.#behind += messages.length;
    this.#worker.postMessage({ messages } satisfies ToWorker, [messages.buffer as ArrayBuffer]);
    this.#held = this.#behind > WINDOW;
    return !this.#held;
  }

  end(): void {
    this.#worker.postMessage("close" satisfies ToWorker);
  }

  destroy(): void {
    void this.#worker.terminate();
  }

  pause(): void {}

  resume(): void {}
}

const openFolders = new Set<string>();

/** PGlite itself does not notice when two of it work in one folder, and destroys it. */
class FolderLock {
  readonly #folder: string;
  readonly #file: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = realpathSync(folder);
    this.#file = `${this.#folder}.lock`;
    if (openFolders.has(this.#folder)) throw this.#taken("this process");
    const owner = this.#owner();
    if (owner !== null) throw this.#taken(`process ${owner}`);
    rmSync(this.#file, { force: true });
    const file = openSync(this.#file, "wx");
    writeSync(file, `${process.pid}\n`);
    closeSync(file);
    openFolders.add(this.#folder);
  }

  release(): void {
    if (openFolders.delete(this.#folder)) rmSync(this.#file, { force: true });
  }

  #taken(by: string): ConnectionError {
    return new ConnectionError(
      `the database in ${this.#folder} is open in ${by}: PGlite takes one connection at a time`,
    );
  }

  /** The living process that holds the lock, or null. A process that was killed leaves its file behind. */
  #owner(): number | null {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch {
      return null;
    }
    const id = Number.parseInt(text, 10);
    if (!(id > 0) || id === process.pid) return null;
    try {
      process.kill(id, 0);
      return id;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM" ? id : null;
    }
  }
}
