// What the conformance suite for streams takes for one: as little as it can, so that sockets, pipes, bodies and memory all fit.

import type { Awaitable } from "corio";

/** Where bytes are read. `StreamReader` of `@corio/io` is one. */
export interface StreamSource {
  /** Some bytes, at most so many; an empty array at the end only. Without a number: all up to the end. */
  read(most?: number): Awaitable<Uint8Array>;
  /** So many bytes; an error with `partial` and `expected` if the end comes first. */
  readExactly(count: number): Awaitable<Uint8Array>;
  /** A line with its end; the rest at the end of the stream. */
  readLine?(): Awaitable<Uint8Array>;
  /** Some bytes, into memory that is given; how many. 0 at the end only. */
  readInto?(memory: Uint8Array): Awaitable<number>;
  /** All up to a separator and with it; an error with `partial` if the end comes first. */
  readUntil?(separator: string | readonly string[]): Awaitable<Uint8Array>;
  atEof?(): boolean;
  /** Lines. */
  [Symbol.asyncIterator]?(): AsyncIterator<Uint8Array>;
  chunks?(): AsyncIterable<Uint8Array>;
}

/** Where bytes are written. `StreamWriter` of `@corio/io` is one. */
export interface StreamSink {
  write(data: string | Uint8Array): Awaitable<void>;
  writeLines?(pieces: Iterable<string | Uint8Array>): Awaitable<void>;
  /** Takes the data if that needs no wait; false otherwise. */
  tryWrite?(data: string | Uint8Array): boolean;
  drain?(): Awaitable<void>;
  /** With a `high` of 0 every write waits until it has gone out, and its memory may be changed then. */
  setWriteBufferLimits?(limits: { readonly high: number }): void;
  /** Ends this direction; an Awaitable is awaited. */
  writeEof?(): unknown;
  /** Sends what waits, then closes; an Awaitable is awaited. */
  close?(): unknown;
  waitClosed?(): Awaitable<unknown>;
  isClosing?(): boolean;
}

/** One end of a stream. */
export interface StreamEnd {
  readonly reader?: StreamSource | null;
  readonly writer?: StreamSink | null;
  /** Sends what waits, then closes it all; an Awaitable is awaited. Absent: the writer's `close` does. */
  close?(): unknown;
  /** Closes it at once; what waits is lost. */
  abort?(): unknown;
}

/** Two ends: what is written at the near one is read at the far one, and the other way round where it is `bidirectional`. */
export interface StreamPair {
  readonly near: StreamEnd;
  readonly far: StreamEnd;
}

/** What a kind of stream can do. What is not said is as it is for a TCP connection: all of it. */
export interface StreamCapabilities {
  /** Bytes go both ways. */
  readonly bidirectional?: boolean;
  /** `writeEof` ends one direction; the other goes on. Otherwise `close` of the writer is how a direction ends. */
  readonly halfClose?: boolean;
  /** `readLine`, `readUntil` and the iteration over lines. */
  readonly lines?: boolean;
  readonly chunks?: boolean;
  readonly readInto?: boolean;
  readonly writeLines?: boolean;
  readonly tryWrite?: boolean;
  readonly drain?: boolean;
  /** `setWriteBufferLimits`. */
  readonly writeLimits?: boolean;
  /**
   * What the other end sees of an `abort`: `"reset"`, an error; `"end"`, the end of the stream, before its time. false: there is no abort.
   */
  readonly abort?: "reset" | "end" | false;
  /** What a writer sees whose reader is gone: an error. false: it may write for ever. */
  readonly brokenPipe?: boolean;
  /** How many bytes a writer may write that nobody reads, at most, before it has to wait. false: without bound. Default 32 MiB. */
  readonly backpressure?: number | false;
  /** Whether a write that was cancelled while it waited has been taken whole, and will arrive. Otherwise it may be torn. */
  readonly wholeWrites?: boolean;
  /** Bytes: the longest that a line may be. null, the default: it is not checked. */
  readonly limit?: number | null;
}

/** Tells the errors apart. The defaults look at the fields that `@corio/io` has. */
export interface StreamErrors {
  /** This end was closed before, by ourselves. */
  readonly closed?: (error: Error) => boolean;
  /** The other end is gone. */
  readonly lost?: (error: Error) => boolean;
}

/** What a stream can do, and how its checks are run. */
export interface StreamCheckOptions {
  readonly capabilities?: StreamCapabilities;
  readonly errors?: StreamErrors;
  /**
   * How a check is run. Default: `run` of corio. On a simulated network: `(body) => simulate(body, { network })`. May run the body several
   * times.
   */
  readonly run?: (body: () => unknown) => Promise<unknown>;
  /** Milliseconds that a check may take; it is cancelled then, and fails. Default 30,000. */
  readonly timeout?: number;
}

/** One thing that a stream must be able to do. */
export interface StreamCheck {
  readonly name: string;
  /** Rejects when it cannot. */
  readonly run: () => Promise<void>;
}
