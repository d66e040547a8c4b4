// The thread in which an embedded PGlite runs. It is fed protocol messages and posts back what the server answers.
// PGlite is synchronous: on the main thread a slow query would stop the event loop.

import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

export interface WorkerSetup {
  /** "" for a database in memory. */
  readonly folder: string;
}

/** To the worker: messages for the server, or the wish that it closes. */
export type ToWorker = { readonly messages: Uint8Array } | "close";

/** From the worker. `taken` acknowledges as many bytes of messages. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "taken"; readonly size: number }
  | { readonly kind: "failed"; readonly message: string };

/** Small answers are posted together. */
const CHUNK = 64 * 1024;

async function serve(): Promise<void> {
  const port = parentPort!;
  const { folder } = workerData as WorkerSetup;
  const post = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  let database: PGlite;
  try {
    database = await PGlite.create(folder === "" ? {} : { dataDir: folder });
  } catch (error) {
    post({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    return;
  }

  const buffer = new Uint8Array(CHUNK);
  let filled = 0;
  const flush = (): void => {
    if (filled === 0) return;
    const bytes = buffer.slice(0, filled);
    filled = 0;
    post({ kind: "bytes", bytes }, [bytes.buffer]);
  };
  // What PGlite gives is a view of its memory, which goes on changing.
  const onRawData = (data: Uint8Array): void => {
    if (filled + data.length > CHUNK) flush();
    if (data.length > CHUNK) {
      const bytes = data.slice();
      post({ kind: "bytes", bytes }, [bytes.buffer]);
      return;
    }
    buffer.set(data, filled);
    filled += data.length;
  };
  const execute = async (messages: Uint8Array): Promise<void> => {
    await database.execProtocolRawStream(messages, { syncToFs: folder !== "", onRawData });
    flush();
    post({ kind: "taken", size: messages.length });
  };

  let queue = Promise.resolve();
  port.on("message", (message: ToWorker) => {
    queue = queue.then(() =>
      message === "close" ? database.close().then(() => port.close()) : execute(message.messages),
    );
  });
  post({ kind: "ready" });
}

await serve();
