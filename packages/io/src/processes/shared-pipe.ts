// One pipe for two streams of a child: its stderr in the same pipe as its stdout, in the order in which it writes.
//
// node makes the pipes of a child itself, one for each stream. What a child is to have twice must be a socket of ours: two ends of a
// connection through a folder that nobody else can enter.
import { mkdtemp, rm } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Coroutine } from "corio";
import { suspend } from "corio/lowlevel";

export interface SharedPipe {
  /** The end to read. */
  readonly ours: Socket;
  /** The end for the child; to be destroyed here once the child has it. */
  readonly theirs: Socket;
}

/** Makes the pipe. A cancel point: nothing is left behind. The error is the system's own. */
export function* sharedPipe(): Coroutine<SharedPipe> {
  return yield* suspend<SharedPipe>(function sharingPipe(resolve, reject) {
    const pipe = new PipeInTheMaking(resolve, reject);
    mkdtemp(join(tmpdir(), "corio-"), (error, folder) => pipe.begin(error, folder));
    return () => pipe.fail(null);
  });
}

class PipeInTheMaking {
  readonly #resolve: (pipe: SharedPipe) => void;
  readonly #reject: (error: Error) => void;
  #folder: string | null = null;
  #server: Server | null = null;
  #ours: Socket | null = null;
  #theirs: Socket | null = null;
  #connected = false;
  #over = false;

  constructor(resolve: (pipe: SharedPipe) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(error: Error | null, folder: string): void {
    if (error !== null) {
      this.fail(error);
      return;
    }
    this.#folder = folder;
    if (this.#over) {
      this.#tidy();
      return;
    }
    const path = join(folder, "pipe");
    this.#server = createServer({ pauseOnConnect: true }, (socket) => {
      this.#theirs = socket;
      this.#look();
    });
    this.#server.on("error", (failure) => this.fail(failure));
    this.#server.listen({ path, backlog: 1 }, () => {
      if (this.#over) return;
      this.#ours = connect({ path }, () => {
        this.#connected = true;
        this.#look();
      });
      this.#ours.on("error", (failure) => this.fail(failure));
      this.#ours.on("close", this.#onClose);
    });
  }

  /** Where there is no descriptor left to accept with, the system's loop takes the connection and closes it, and tells the server nothing. */
  readonly #onClose = (): void => {
    this.fail(
      Object.assign(new Error("accept EMFILE: too many open files"), { code: "EMFILE", syscall: "accept" }),
    );
  };

  fail(error: Error | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#ours?.destroy();
    this.#theirs?.destroy();
    this.#tidy();
    if (error !== null) this.#reject(error);
  }

  #look(): void {
    const [ours, theirs] = [this.#ours, this.#theirs];
    if (this.#over) theirs?.destroy();
    if (this.#over || ours === null || theirs === null || !this.#connected) return;
    this.#over = true;
    ours.removeAllListeners("error");
    ours.off("close", this.#onClose);
    this.#tidy();
    this.#resolve({ ours, theirs });
  }

  #tidy(): void {
    // Removes the socket's file, too.
    this.#server?.close();
    if (this.#folder !== null) rm(this.#folder, { recursive: true, force: true }, () => {});
  }
}
