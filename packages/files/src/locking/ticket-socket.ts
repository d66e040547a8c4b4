// The two ends of a ticket: listening on one's own, and a tie to another's, which breaks when that is given back or its owner dies.
import * as net from "node:net";
import { sleep, type Coroutine } from "corio";
import { suspend } from "corio/lowlevel";
import { fileError, systemError } from "../errors.ts";
import type { FolderHandle } from "../folder-handle.ts";

/** Listens on a socket in a folder. It does not keep the process alive. */
export class TicketSocket {
  readonly #server: net.Server;
  readonly #waiting = new Set<net.Socket>();

  private constructor(server: net.Server) {
    this.#server = server;
    server.unref();
    server.on("connection", (socket) => {
      this.#waiting.add(socket);
      socket.unref();
      socket.on("error", () => {});
      socket.on("close", () => this.#waiting.delete(socket));
      socket.resume();
    });
  }

  static *listen(folder: FolderHandle, name: string): Coroutine<TicketSocket> {
    const server = net.createServer();
    // Not shared with other processes of a cluster; open to other users as far as the folder is.
    const options = {
      path: folder.at(name) as string,
      exclusive: true,
      readableAll: true,
      writableAll: true,
    };
    try {
      yield* suspend<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(options, resolve);
        return () => void server.close();
      });
    } catch (error) {
      // Node says so, too, when the folder has been removed meanwhile.
      const gone = (error as NodeJS.ErrnoException).code === "EACCES" && folder.removed;
      if (gone) throw systemError("ENOENT", "somebody has removed it", "lock", folder.path);
      throw fileError(error, "lock", folder.path);
    }
    // What cannot be accepted now stays in the system's line.
    server.on("error", () => {});
    return new TicketSocket(server);
  }

  /** How many others are tied to it: those who come next. */
  get waiting(): number {
    return this.#waiting.size;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
  }
}

/** Says that nobody listens there any more, or that there is nothing. */
const dead: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOENT", "ECONNRESET", "EPIPE", "ENOTSOCK"]);

/** Between two attempts to reach an owner whose line is full, in milliseconds. */
const pause = 20;

/** A connection to a ticket's owner. Nothing is said on it. */
export class Tie {
  readonly #socket: net.Socket;
  #broken = false;
  #onBroken: (() => void) | null = null;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on("close", () => {
      this.#broken = true;
      this.#onBroken?.();
    });
  }

  /** Null when the owner is dead, or has given the ticket back. */
  static *to(folder: FolderHandle, name: string): Coroutine<Tie | null> {
    for (;;) {
      const socket = net.connect(folder.at(name) as string);
      const tie = new Tie(socket);
      const code = yield* suspend<string>((resolve) => {
        socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
        socket.once("connect", () => resolve(""));
        return () => void socket.destroy();
      });
      if (code === "") return tie;
      if (dead.has(code)) return null;
      if (code !== "EAGAIN") {
        const cause = Object.assign(new Error(`${code}: its owner cannot be asked, connect`), {
          code,
          syscall: "connect",
        });
        throw fileError(cause, "lock", folder.shown(name));
      }
      yield* sleep(pause);
    }
  }

  /** Waits until it breaks. */
  *broken(): Coroutine<void> {
    if (this.#broken) return;
    this.#socket.resume();
    yield* suspend<void>((resolve) => {
      this.#onBroken = resolve;
      return () => this.close();
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
