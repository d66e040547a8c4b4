// A stream in memory, as plain as can be, that can be given one mistake at a time: the suite must find each.

import { type Awaitable, BusyResourceError, checkpoint, type Coroutine, createTask, Event } from "corio";
import { coroutine } from "corio/lowlevel";
import type { StreamEnd, StreamPair } from "@corio/testing/streams";

export const mistakes = [
  "a cancelled readExactly keeps what it had",
  "abort looks like an end",
  "abort does not wake a write",
  "abort forgets the other end",
  "chunks give nothing at the end",
  "chunks start again",
  "close does not wake a read",
  "close drops what waits",
  "drain never waits",
  "each direction blocks the other",
  "half-close closes all",
  "lines end at the wrong place",
  "lines keep no rest",
  "long lines are cut off",
  "no backpressure",
  "nobody notices that the reader is gone",
  "read gives too much",
  "read of everything stops early",
  "readExactly gives too little",
  "readInto counts memory that it did not fill",
  "readInto fills beside its memory",
  "readUntil drops the rest at the end",
  "separators are looked for in one chunk only",
  "several separators: the first in the list wins",
  "text is Latin-1",
  "the end does not stay",
  "the end overtakes the bytes",
  "tryWrite takes anything",
  "two may read at once",
  "write after close is ignored",
  "writes look at their memory late",
  "writes of two tasks mix",
  "writes are torn by a cancellation",
  "writeLines adds line ends",
] as const;

export type Mistake = (typeof mistakes)[number];

const HIGH = 65_536;
export const LIMIT = 65_536;

class StreamFailure extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export const isClosed = (error: Error): boolean => (error as StreamFailure).code === "CLOSED";
export const isLost = (error: Error): boolean => (error as StreamFailure).code === "LOST";

/** One direction. */
class Pipe {
  bytes: Buffer = Buffer.alloc(0);
  /** The writer will write no more. */
  ended = false;
  readerGone = false;
  writerClosed = false;
  reset = false;
  readerClosed = false;
  #changed = new Event();

  change(): void {
    const changed = this.#changed;
    this.#changed = new Event();
    changed.set();
  }

  *until(ready: () => boolean): Coroutine<void> {
    while (!ready()) yield* this.#changed.wait();
  }
}

class End implements StreamEnd {
  readonly #in: Pipe;
  readonly #out: Pipe;
  readonly #mistake: Mistake | null;
  #reading = false;
  #high = HIGH;
  #chunksRead = 0;

  constructor(into: Pipe, out: Pipe, mistake: Mistake | null) {
    this.#in = into;
    this.#out = out;
    this.#mistake = mistake;
  }

  #wrong(mistake: Mistake): boolean {
    return this.#mistake === mistake;
  }

  readonly reader = {
    read: (most = -1): Awaitable<Buffer> => this.#read((pipe) => this.#some(pipe, most)),
    readExactly: (count: number): Awaitable<Buffer> => this.#read((pipe) => this.#exactly(pipe, count)),
    readInto: (memory: Uint8Array): Awaitable<number> => this.#readInto(memory),
    readLine: (): Awaitable<Buffer> => this.#read((pipe) => this.#line(pipe)),
    readUntil: (separator: string | readonly string[]): Awaitable<Buffer> =>
      this.#read((pipe) => this.#untilSeparator(pipe, ([] as string[]).concat(separator))),
    atEof: (): boolean => this.#in.ended && this.#in.bytes.length === 0,
    chunks: (): AsyncIterable<Buffer> => this.#iterate((pipe) => this.#chunk(pipe)),
    [Symbol.asyncIterator]: (): AsyncIterator<Buffer> =>
      this.#iterate((pipe) => this.#line(pipe))[Symbol.asyncIterator](),
  };

  readonly writer = {
    write: (data: string | Uint8Array): Awaitable<void> => coroutine(() => this.#write(this.#encode(data))),
    writeLines: (list: Iterable<string | Uint8Array>): Awaitable<void> => {
      const extra = this.#wrong("writeLines adds line ends") ? "\n" : "";
      return coroutine(() =>
        this.#write(Buffer.concat([...list].flatMap((data) => [this.#encode(data), Buffer.from(extra)]))),
      );
    },
    tryWrite: (data: string | Uint8Array): boolean => {
      this.#checkWrite();
      if (this.#above && !this.#wrong("tryWrite takes anything")) return false;
      this.#push(this.#encode(data));
      return true;
    },
    drain: (): Awaitable<void> => coroutine(() => this.#drain(this.#wrong("drain never waits"))),
    setWriteBufferLimits: ({ high }: { high: number }): void => {
      this.#high = high;
    },
    writeEof: (): void => {
      if (this.#wrong("half-close closes all")) this.close();
      this.#endOut();
    },
    close: (): void => this.close(),
    waitClosed: (): Awaitable<void> => coroutine(() => this.#drain(true)),
    isClosing: (): boolean => this.#out.writerClosed,
  };

  close(): void {
    const [into, out] = [this.#in, this.#out];
    if (out.writerClosed) return;
    out.writerClosed = true;
    if (this.#wrong("close drops what waits")) out.bytes = out.bytes.subarray(0, 1000);
    this.#endOut();
    into.readerClosed = into.readerGone = true;
    if (!this.#wrong("close does not wake a read")) into.change();
    out.change();
  }

  abort(): void {
    const [into, out] = [this.#in, this.#out];
    out.writerClosed = into.readerClosed = into.readerGone = true;
    if (this.#wrong("abort forgets the other end")) {
      into.change();
      return;
    }
    out.bytes = Buffer.alloc(0);
    out.ended = true;
    if (!this.#wrong("abort looks like an end")) out.reset = into.reset = true;
    into.change();
    if (!this.#wrong("abort does not wake a write")) out.change();
  }

  #endOut(): void {
    const pipe = this.#out;
    if (pipe.ended) return;
    pipe.ended = true;
    if (this.#wrong("the end overtakes the bytes")) pipe.bytes = Buffer.alloc(0);
    pipe.change();
  }

  #encode(data: string | Uint8Array): Buffer {
    if (typeof data !== "string") {
      const late = this.#wrong("writes look at their memory late");
      return late ? Buffer.from(data.buffer, data.byteOffset, data.length) : Buffer.from(data);
    }
    return Buffer.from(data, this.#wrong("text is Latin-1") ? "latin1" : "utf8");
  }

  get #above(): boolean {
    return this.#out.bytes.length > this.#high;
  }

  #checkWrite(): void {
    const pipe = this.#out;
    if (pipe.writerClosed || pipe.ended) throw new StreamFailure("CLOSED");
    if ((pipe.readerGone || pipe.reset) && !this.#wrong("nobody notices that the reader is gone")) {
      throw new StreamFailure("LOST");
    }
  }

  #push(bytes: Buffer): void {
    const pipe = this.#out;
    if (pipe.readerGone) return;
    pipe.bytes = Buffer.concat([pipe.bytes, bytes]);
    pipe.change();
  }

  *#write(bytes: Buffer): Coroutine<void> {
    yield* checkpoint();
    const pipe = this.#out;
    if (this.#wrong("write after close is ignored") && pipe.ended) return;
    this.#checkWrite();
    if (this.#wrong("writes of two tasks mix")) {
      this.#push(bytes.subarray(0, 100));
      yield* checkpoint();
      this.#push(bytes.subarray(100));
    } else if (this.#wrong("writes are torn by a cancellation") && this.#above) {
      this.#push(bytes.subarray(0, 100));
      yield* this.#drain(false);
      this.#push(bytes.subarray(100));
    } else if (this.#wrong("writes look at their memory late")) {
      createTask(
        function* (this: End) {
          yield* checkpoint();
          this.#push(bytes);
        }.bind(this),
      );
    } else this.#push(bytes);
    yield* this.#drain(this.#wrong("no backpressure"));
  }

  *#drain(never: boolean): Coroutine<void> {
    yield* checkpoint();
    const pipe = this.#out;
    const blocked = (): boolean =>
      this.#above || (this.#wrong("each direction blocks the other") && this.#in.bytes.length > HIGH);
    if (!never) {
      yield* pipe.until(() => !blocked() || pipe.reset || pipe.readerGone || pipe.writerClosed);
    }
    if (!blocked() || never) return;
    if (pipe.readerGone && this.#wrong("nobody notices that the reader is gone")) return;
    throw new StreamFailure(pipe.writerClosed ? "CLOSED" : "LOST");
  }

  #read(take: (pipe: Pipe) => Coroutine<Buffer>): Awaitable<Buffer> {
    const step = function* (this: End): Coroutine<Buffer> {
      if (this.#reading && !this.#wrong("two may read at once")) throw new BusyResourceError("busy");
      this.#reading = true;
      try {
        yield* checkpoint();
        this.#checkRead();
        const bytes = yield* take(this.#in);
        this.#in.change();
        return bytes;
      } finally {
        this.#reading = false;
      }
    };
    return coroutine(step.bind(this));
  }

  #readInto(memory: Uint8Array): Awaitable<number> {
    return coroutine(
      function* (this: End): Coroutine<number> {
        const bytes = yield* this.#read((pipe) => this.#some(pipe, memory.length));
        const target = Buffer.from(memory.buffer, memory.byteOffset);
        bytes.copy(target);
        if (this.#wrong("readInto fills beside its memory") && bytes.length > 0) target[bytes.length] = 0;
        return this.#wrong("readInto counts memory that it did not fill") ? memory.length : bytes.length;
      }.bind(this),
    );
  }

  #checkRead(): void {
    const pipe = this.#in;
    if (pipe.readerClosed) throw new StreamFailure("CLOSED");
    if (pipe.reset) throw new StreamFailure("LOST");
  }

  *#wait(ready: () => boolean): Coroutine<void> {
    const pipe = this.#in;
    yield* pipe.until(() => ready() || pipe.ended || pipe.readerClosed || pipe.reset);
    this.#checkRead();
  }

  #take(count: number): Buffer {
    const pipe = this.#in;
    const taken = pipe.bytes.subarray(0, count);
    pipe.bytes = pipe.bytes.subarray(count);
    return taken;
  }

  *#some(pipe: Pipe, most: number): Coroutine<Buffer> {
    if (most === 0) return Buffer.alloc(0);
    if (most < 0) {
      const parts: Buffer[] = [];
      if (this.#wrong("read of everything stops early")) {
        yield* this.#wait(() => pipe.bytes.length > 0);
        return this.#take(pipe.bytes.length);
      }
      // Cancelled, it gives back what it has.
      try {
        while (!pipe.ended || pipe.bytes.length > 0) {
          yield* this.#wait(() => pipe.bytes.length > 0);
          parts.push(this.#take(pipe.bytes.length));
          pipe.change();
        }
      } catch (error) {
        pipe.bytes = Buffer.concat([...parts, pipe.bytes]);
        throw error;
      }
      return Buffer.concat(parts);
    }
    yield* this.#wait(() => pipe.bytes.length > 0);
    if (pipe.bytes.length === 0 && this.#wrong("the end does not stay")) pipe.ended = false;
    return this.#take(this.#wrong("read gives too much") ? most + 1 : most);
  }

  *#exactly(pipe: Pipe, count: number): Coroutine<Buffer> {
    if (this.#wrong("a cancelled readExactly keeps what it had")) {
      let bytes = Buffer.alloc(0);
      while (bytes.length < count && !(pipe.ended && pipe.bytes.length === 0)) {
        yield* this.#wait(() => pipe.bytes.length > 0);
        bytes = Buffer.concat([bytes, this.#take(count - bytes.length)]);
        pipe.change();
      }
      return bytes;
    }
    const parts: Buffer[] = [];
    let got = 0;
    try {
      while (got < count) {
        yield* this.#wait(() => pipe.bytes.length > 0);
        const part = this.#take(count - got);
        if (part.length === 0) throw new Incomplete(Buffer.concat(parts.splice(0)), count);
        parts.push(part);
        got += part.length;
        pipe.change();
        if (this.#wrong("readExactly gives too little")) break;
      }
    } catch (error) {
      pipe.bytes = Buffer.concat([...parts, pipe.bytes]);
      throw error;
    }
    return Buffer.concat(parts);
  }

  *#line(pipe: Pipe): Coroutine<Buffer> {
    const mark = this.#wrong("lines end at the wrong place") ? "e" : "\n";
    yield* this.#wait(() => pipe.bytes.includes(mark));
    const end = pipe.bytes.indexOf(mark) + 1;
    if (end === 0 && this.#wrong("lines keep no rest")) pipe.bytes = Buffer.alloc(0);
    return this.#take(end === 0 ? pipe.bytes.length : end);
  }

  *#untilSeparator(pipe: Pipe, separators: readonly string[]): Coroutine<Buffer> {
    let from = 0;
    const find = (): number => {
      const ends = separators.flatMap((separator) => {
        const at = pipe.bytes.indexOf(separator, from);
        return at < 0 ? [] : [at + separator.length];
      });
      if (this.#wrong("separators are looked for in one chunk only")) from = pipe.bytes.length;
      if (ends.length === 0) return -1;
      return this.#wrong("several separators: the first in the list wins") ? ends[0]! : Math.min(...ends);
    };
    let end = -1;
    yield* this.#wait(() => (end = find()) >= 0 || pipe.bytes.length > LIMIT);
    if (end > LIMIT + 1 || (end < 0 && pipe.bytes.length > LIMIT)) {
      if (this.#wrong("long lines are cut off")) return this.#take(LIMIT);
      throw Object.assign(new StreamFailure("LIMIT"), { consumed: LIMIT });
    }
    if (end >= 0) return this.#take(end);
    const rest = this.#take(pipe.bytes.length);
    throw new Incomplete(this.#wrong("readUntil drops the rest at the end") ? Buffer.alloc(0) : rest, null);
  }

  *#chunk(pipe: Pipe): Coroutine<Buffer> {
    yield* this.#wait(() => pipe.bytes.length > 0);
    const taken = this.#take(pipe.bytes.length);
    if (this.#wrong("chunks start again") && this.#chunksRead++ === 0) pipe.bytes = taken;
    return taken;
  }

  #iterate(step: (pipe: Pipe) => Coroutine<Buffer>): AsyncIterableIterator<Buffer> {
    const next = (): Awaitable<IteratorResult<Buffer>> =>
      coroutine(
        function* (this: End): Coroutine<IteratorResult<Buffer>> {
          const value = yield* this.#read(step);
          const over = value.length === 0 && !this.#wrong("chunks give nothing at the end");
          return over ? { done: true, value: undefined } : { done: false, value };
        }.bind(this),
      );
    const iterator = { next: next as never, [Symbol.asyncIterator]: () => iterator };
    return iterator as AsyncIterableIterator<Buffer>;
  }
}

class Incomplete extends Error {
  readonly code = "INCOMPLETE";
  readonly partial: Buffer;
  readonly expected: number | null;

  constructor(partial: Buffer, expected: number | null) {
    super("incomplete");
    this.partial = partial;
    this.expected = expected;
  }
}

export function referencePair(mistake: Mistake | null = null): StreamPair {
  const [there, back] = [new Pipe(), new Pipe()];
  return { near: new End(back, there, mistake), far: new End(there, back, mistake) };
}
