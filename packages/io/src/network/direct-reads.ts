// Reads past the stream that node puts before a socket: what `onread` of `new net.Socket` gives, for the sockets of servers as well, which node
// makes. It would give every read 64 KiB of its own, cut that to what came, and pass it through a Readable: a fifth of the time of a small
// message.
import { Socket } from "node:net";
import { shortWaits } from "./short-waits.ts";

/**
 * What came is copied out of here at once: one for all the sockets of a thread, because the system writes into it only within the call that
 * tells of it. As much as node reads at once: a reader may hold one such chunk more than it should.
 */
const room: Buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Where a socket keeps what its `onread` said. */
interface Fields {
  readonly buffer: symbol;
  readonly callback: symbol;
}

interface Internals {
  readonly _handle?: { useUserBuffer?(buffer: Uint8Array): void } | null;
  [field: symbol]: unknown;
}

/** undefined until somebody asks. */
let fields: Fields | null | undefined;

/** Who is told what comes. */
export interface DirectReader {
  /** See `TransportHandlers.onLent`. */
  onLent(memory: Buffer, count: number): number;
  onBytes(bytes: Buffer): void;
}

/** The reads of a socket, which go past its stream. */
export class DirectReads {
  readonly #socket: Socket;
  #reader: DirectReader | null;

  private constructor(socket: Socket, reader: DirectReader) {
    this.#socket = socket;
    this.#reader = reader;
  }

  /**
   * From now on the reader is told what comes, and the socket's stream of the end alone: nothing for "data". null where that cannot be, and
   * then nothing is changed.
   */
  static begin(socket: Socket, reader: DirectReader): DirectReads | null {
    if (fields === undefined) fields = findFields();
    const internals = socket as unknown as Internals;
    const handle = internals._handle;
    // What the stream holds already would come last.
    if (fields === null || typeof handle?.useUserBuffer !== "function" || socket.readableLength > 0)
      return null;
    const reads = new DirectReads(socket, reader);
    internals[fields.buffer] = room;
    internals[fields.callback] = reads.#take;
    handle.useUserBuffer(room);
    return reads;
  }

  /** From now on the stream gets what comes, as if nothing had been. */
  end(): void {
    this.#reader = null;
  }

  /** Whether to go on reading. */
  readonly #take = (count: number): boolean => {
    shortWaits.came();
    const reader = this.#reader;
    const taken = reader === null ? 0 : reader.onLent(room, count);
    if (taken === count) return true;
    const bytes = Buffer.allocUnsafe(count - taken);
    room.copy(bytes, 0, taken, count);
    if (reader === null) return this.#socket.push(bytes);
    reader.onBytes(bytes);
    return true;
  };
}

/** Finds the fields in a socket that was made with an `onread`; null where they are not to be found, or reads outlast the call that tells of them. */
function findFields(): Fields | null {
  if (process.platform === "win32" || "bun" in process.versions || "deno" in process.versions) return null;
  const callback = (): boolean => true;
  const made = new Socket({ onread: { buffer: room, callback } }) as unknown as Internals;
  const holding = (value: unknown): symbol | undefined =>
    Object.getOwnPropertySymbols(made).find((field) => made[field] === value);
  const found = { buffer: holding(room), callback: holding(callback) };
  return found.buffer === undefined || found.callback === undefined ? null : (found as Fields);
}
