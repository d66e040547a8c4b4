// A process that this program has started.
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { signalOf, type SignalName } from "../signals/signal-names.ts";
import type { StreamReader, StreamReaderStatistics } from "../streams/stream-reader.ts";
import type { StreamWriter, StreamWriterStatistics } from "../streams/stream-writer.ts";
import type { Child } from "./child.ts";
import { Communication, type CommunicateOptions } from "./communicate.ts";
import { endChild } from "./end-child.ts";
import { ExitWait } from "./exit-wait.ts";
import type { StreamName } from "./redirect.ts";

/** How a process and its pipes stand. */
export interface ProcessStatistics {
  readonly pid: number;
  readonly running: boolean;
  readonly returnCode: number | null;
  readonly signal: SignalName | null;
  /** Tasks that wait for the exit. */
  readonly waiting: number;
  readonly stdin: StreamWriterStatistics | null;
  readonly stdout: StreamReaderStatistics | null;
  readonly stderr: StreamReaderStatistics | null;
}

/**
 * A process that `createSubprocessExec` or `createSubprocessShell` has started, as asyncio's Process. It belongs to the scope that started it: should it
 * still run when that ends, it is asked to end, and killed after its grace.
 */
export class Process implements AsyncDisposable {
  readonly #child: Child;
  readonly #communication: Communication;

  /** @internal */
  constructor(child: Child) {
    this.#child = child;
    this.#communication = new Communication(child);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The program and its arguments. */
  get args(): readonly string[] {
    return this.#child.args;
  }

  /** The exit code; minus the signal's number where a signal has ended it; null while it runs. */
  get returnCode(): number | null {
    return this.#child.returnCode;
  }

  /** The signal that has ended it; null when none has. */
  get signal(): SignalName | null {
    return this.#child.signal;
  }

  /** For its standard input; null unless that is a PIPE. */
  get stdin(): StreamWriter | null {
    return this.#child.plan.stdin.kind === "pipe" ? this.#child.stdin!.writer : null;
  }

  /** Its standard output; null unless that is a PIPE. */
  get stdout(): StreamReader | null {
    return this.#child.plan.stdout.kind === "pipe" ? this.#child.stdout!.reader : null;
  }

  /** Its standard error; null unless that is a PIPE. */
  get stderr(): StreamReader | null {
    return this.#child.plan.stderr.kind === "pipe" ? this.#child.stderr!.reader : null;
  }

  /**
   * Waits for its exit and gives the return code, to as many as ask, also later. It does not wait for whoever else holds the pipes; output that
   * nobody reads may keep the process from ending: `communicate` reads it. A cancel point.
   */
  wait(): Awaitable<number> {
    return new ExitWait(this.#child);
  }

  /**
   * Sends the input, closes stdin, collects stdout and stderr to their ends, and waits for the exit. null for what is no PIPE. A process that does not want
   * the input is no error.
   *
   * Cancelled, nothing is lost: called again, with the same input or none, it goes on where it was; after its end it gives the same output again.
   * BusyResourceError when two call at once. A cancel point.
   */
  communicate(
    input?: string | Uint8Array | null,
    options: CommunicateOptions = {},
  ): Awaitable<[stdout: Buffer | null, stderr: Buffer | null]> {
    return coroutine(communicate, this.#communication, input ?? null, options);
  }

  /**
   * Sends a signal, given by name or number: to the process, or with `processGroup` to all of its group. When it has exited this does nothing. ProcessSignalError
   * when the system refuses.
   */
  sendSignal(signal: SignalName | number): void {
    const name = signalOf(signal, `send a signal to ${this.#child.what}`);
    if (this.#child.returnCode === null) this.#child.send(name);
  }

  /** Asks it to end: sends its `terminateSignal`, SIGTERM unless said otherwise. Does not wait. */
  terminate(): void {
    this.sendSignal(this.#child.plan.terminateSignal);
  }

  /** Ends it by SIGKILL. Does not wait. */
  kill(): void {
    this.sendSignal("SIGKILL");
  }

  /**
   * Closes this program's end of a pipe at once: what waits is lost, and a process that goes on writing there is told so (EPIPE). For output
   * of which one has seen enough. Does nothing where the stream is no PIPE.
   */
  closePipe(name: StreamName): void {
    if (name !== "stdin" && name !== "stdout" && name !== "stderr")
      throw new TypeError(`Cannot close the pipe ${String(name)}: it takes "stdin", "stdout" or "stderr"`);
    if (this.#child.plan[name].kind === "pipe") this.#child[name]!.abort();
  }

  /**
   * What the end of its scope does, now: asks it to end, kills it after its grace, waits until it is gone and closes its pipes; with `processGroup`, the same for
   * what is left of its group. Reads that wait fail. Not interrupted. ProcessLeftError when the system does not end it.
   */
  close(): Awaitable<void> {
    return coroutine(endChild, this.#child);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.close() as unknown as PromiseLike<void>;
  }

  /** Whether it runs, how many wait for it, and what is in its pipes. */
  statistics(): ProcessStatistics {
    const child = this.#child;
    return {
      pid: child.pid,
      running: child.returnCode === null,
      returnCode: child.returnCode,
      signal: child.signal,
      waiting: child.exits.size,
      stdin: this.stdin?.statistics() ?? null,
      stdout: this.stdout?.statistics() ?? null,
      stderr: this.stderr?.statistics() ?? null,
    };
  }
}

function* communicate(
  communication: Communication,
  input: string | Uint8Array | null,
  options: CommunicateOptions,
): Coroutine<[stdout: Buffer | null, stderr: Buffer | null]> {
  return yield* communication.run(input, options);
}
