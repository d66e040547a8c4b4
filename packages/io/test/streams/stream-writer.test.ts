// StreamWriter over a transport that a test holds in its hands: flow control and its limits.
import { checkpoint, gather, getRunningLoop, moveOnAfter, taskGroup, type TaskGroup } from "corio";
import type { Transport, TransportHandlers } from "corio/lowlevel";
import { describe, expect, test } from "vitest";
import { ConnectionClosedError, ConnectionResetError } from "../../src/index.ts";
import { StreamLink } from "../../src/streams/stream-link.ts";
import { bothSimulated, caught } from "../support/dialects.ts";

/** Takes what is written and lets it out when the test says so. */
class HandTransport implements Transport {
  readonly localAddress = null;
  readonly remoteAddress = null;
  readonly underlying = null;
  readonly written: string[] = [];
  readonly log: string[] = [];
  pendingBytes = 0;
  handlers!: TransportHandlers;
  #high = 65_536;
  #low = 16_384;
  #above = false;

  attach(handlers: TransportHandlers): void {
    this.handlers = handlers;
  }

  write(bytes: Uint8Array): boolean {
    this.written.push(String(bytes));
    this.pendingBytes += bytes.length;
    if (this.pendingBytes > this.#high) this.#above = true;
    return !this.#above;
  }

  /** So many bytes have gone out. */
  letOut(count: number): void {
    this.pendingBytes -= count;
    if (!this.#above || this.pendingBytes > this.#low) return;
    this.#above = false;
    this.log.push("drain");
    this.handlers.onDrain();
  }

  setWriteLimits({ high, low }: { readonly low: number; readonly high: number }): void {
    this.#high = high;
    this.#low = low;
    if (this.pendingBytes > high) this.#above = true;
  }

  end(): void {
    this.log.push("end");
  }

  close(): void {
    this.log.push("close");
  }

  abort(): void {
    this.log.push("abort");
  }

  pause(): void {
    this.log.push("pause");
  }

  resume(): void {
    this.log.push("resume");
  }
}

function hand(): { transport: HandTransport; link: StreamLink; writer: StreamLink["writer"] } {
  const transport = new HandTransport();
  const link = new StreamLink(transport, { what: "the pipe" });
  return { transport, link, writer: link.writer };
}

const kib = (count: number): string => "x".repeat(count * 1024);

describe("write", () => {
  bothSimulated(
    "takes all of it at once, and waits while more than 64 KiB wait to go out, down to 16 (ST13)",
    function* ({ wait, fn }) {
      const { transport, writer } = hand();
      expect(writer.getWriteBufferLimits()).toEqual({ high: 65_536, low: 16_384 });
      yield* wait(writer.write(kib(64)));
      expect(transport.written).toEqual([kib(64)]);
      const log: string[] = [];
      yield* wait(
        taskGroup(
          fn(function* (group: TaskGroup) {
            group.spawn(
              fn(function* () {
                yield* wait(writer.write("y"));
                log.push("written");
              }),
            );
            yield* wait(checkpoint());
            yield* wait(checkpoint());
            expect(transport.written).toHaveLength(2);
            expect(writer.getWriteBufferSize()).toBe(65_537);
            expect(writer.statistics()).toEqual({ pending: 65_537, written: 65_537, waiting: 1 });
            transport.letOut(49_152);
            yield* wait(checkpoint());
            yield* wait(checkpoint());
            expect(log).toEqual([]);
            transport.letOut(1);
            transport.letOut(16_384);
            yield* wait(checkpoint());
            yield* wait(checkpoint());
            yield* wait(checkpoint());
            expect(log).toEqual(["written"]);
            // Once each.
            expect(transport.log).toEqual(["drain"]);
          }),
        ),
      );
    },
  );

  bothSimulated("cancelled in its wait has taken the data all the same, and once", function* ({ wait, fn }) {
    const { transport, writer } = hand();
    const { cancelled } = yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(writer.write(kib(65)));
        }),
      ),
    );
    expect(cancelled).toBe(true);
    expect(transport.written).toEqual([kib(65)]);
    expect(writer.statistics().waiting).toBe(0);
    // The next one is told to wait too.
    expect(writer.tryWrite("z")).toBe(false);
    transport.letOut(65 * 1024);
    expect(writer.tryWrite("z")).toBe(true);
    expect(transport.written).toEqual([kib(65), "z"]);
  });

  bothSimulated("cancelled before it has begun has taken nothing", function* ({ wait, fn }) {
    const { transport, writer } = hand();
    yield* wait(
      moveOnAfter(
        Infinity,
        fn(function* (scope: { cancel(): boolean }) {
          scope.cancel();
          yield* wait(writer.write("never"));
        }),
      ),
    );
    expect(transport.written).toEqual([]);
  });

  test("does nothing before it is awaited", () => {
    const { transport, writer } = hand();
    void writer.write("never");
    expect(transport.written).toEqual([]);
  });

  bothSimulated("takes text and bytes, and nothing else", function* ({ wait }) {
    const { transport, writer } = hand();
    yield* wait(writer.write("grüße"));
    yield* wait(writer.write(new Uint8Array([97, 98])));
    yield* wait(writer.write(""));
    expect(transport.written).toEqual(["grüße", "ab"]);
    expect(() => writer.write(5 as never)).toThrow(TypeError);
    expect(() => writer.tryWrite(null as never)).toThrow(TypeError);
  });

  bothSimulated("writeLines writes the pieces as one", function* ({ wait }) {
    const { transport, writer } = hand();
    yield* wait(writer.writeLines(["a\n", Buffer.from("b\n"), "c\n"]));
    yield* wait(
      writer.writeLines(
        (function* () {
          yield "d";
        })(),
      ),
    );
    yield* wait(writer.writeLines([]));
    expect(transport.written).toEqual(["a\nb\nc\n", "d"]);
  });

  bothSimulated("writers that wait keep their order", function* ({ wait, fn }) {
    const { transport, writer } = hand();
    const log: number[] = [];
    yield* wait(
      taskGroup(
        fn(function* (group: TaskGroup) {
          for (let i = 0; i < 5; i++) {
            group.spawn(
              fn(function* () {
                yield* wait(writer.write(`${i}${kib(65)}`));
                log.push(i);
              }),
            );
          }
          for (let i = 0; i < 4; i++) yield* wait(checkpoint());
          expect(transport.written.map((text) => text[0])).toEqual(["0", "1", "2", "3", "4"]);
          transport.letOut(transport.pendingBytes);
        }),
      ),
    );
    expect(log).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("limits", () => {
  test("high is four times low, low a quarter of high (ST13) (test_transports TransportTests.test_flowcontrol_mixin_set_write_limits)", () => {
    const { writer } = hand();
    writer.setWriteBufferLimits({ high: 1024, low: 128 });
    expect(writer.getWriteBufferLimits()).toEqual({ high: 1024, low: 128 });
    writer.setWriteBufferLimits({ low: 1024 });
    expect(writer.getWriteBufferLimits()).toEqual({ high: 4096, low: 1024 });
    writer.setWriteBufferLimits({ high: 4096 });
    expect(writer.getWriteBufferLimits()).toEqual({ high: 4096, low: 1024 });
    writer.setWriteBufferLimits({ high: 0, low: 0 });
    expect(writer.getWriteBufferLimits()).toEqual({ high: 0, low: 0 });
    writer.setWriteBufferLimits({});
    expect(writer.getWriteBufferLimits()).toEqual({ high: 65_536, low: 16_384 });
    for (const bad of [{ high: 1, low: 2 }, { high: -1 }, { low: -1 }, { high: Number.NaN }])
      expect(() => writer.setWriteBufferLimits(bad)).toThrow(RangeError);
    expect(writer.getWriteBufferLimits()).toEqual({ high: 65_536, low: 16_384 });
  });

  bothSimulated("high 0: every write waits until it has gone out (ST13)", function* ({ wait, fn }) {
    const { transport, writer } = hand();
    writer.setWriteBufferLimits({ high: 0 });
    const { cancelled } = yield* wait(
      moveOnAfter(
        5,
        fn(function* () {
          yield* wait(writer.write("a"));
        }),
      ),
    );
    expect(cancelled).toBe(true);
    transport.letOut(1);
    yield* wait(writer.drain());
  });

  bothSimulated("limits that are lowered below what waits count at once", function* ({ wait, fn }) {
    const { transport, writer } = hand();
    yield* wait(writer.write("abc"));
    writer.setWriteBufferLimits({ high: 2, low: 1 });
    yield* wait(
      taskGroup(
        fn(function* (group: TaskGroup) {
          group.spawn(
            fn(function* () {
              yield* wait(checkpoint());
              transport.letOut(2);
            }),
          );
          yield* wait(writer.drain());
          expect(transport.pendingBytes).toBe(1);
        }),
      ),
    );
  });
});

describe("drain", () => {
  bothSimulated("is no wait while little waits to go out (ST14)", function* ({ wait }) {
    const { writer } = hand();
    yield* wait(writer.write(kib(64)));
    yield* wait(writer.drain());
  });

  bothSimulated(
    "of many tasks ends together (ST14) (test_streams StreamTests.test_multiple_drain)",
    function* ({ wait, fn }) {
      const { transport, writer } = hand();
      let drained = 0;
      yield* wait(
        taskGroup(
          fn(function* (group: TaskGroup) {
            group.spawn(
              fn(function* () {
                yield* wait(writer.write(kib(65)));
              }),
            );
            yield* wait(checkpoint());
            yield* wait(checkpoint());
            for (let i = 0; i < 10; i++) {
              group.spawn(
                fn(function* () {
                  yield* wait(writer.drain());
                  drained++;
                }),
              );
            }
            yield* wait(checkpoint());
            yield* wait(checkpoint());
            expect(drained).toBe(0);
            transport.letOut(65 * 1024);
          }),
        ),
      );
      expect(drained).toBe(10);
    },
  );

  bothSimulated("throws what broke the reader (ST15)", function* ({ wait }) {
    const { link, writer } = hand();
    const error = new Error("broken");
    link.reader.setException(error);
    expect(yield* caught(wait(writer.drain()))).toBe(error);
  });

  bothSimulated("throws ConnectionResetError after a loss, and in one (ST15)", function* ({ wait }) {
    const { transport, writer } = hand();
    writer.setWriteBufferLimits({ high: 0 });
    const waiting = gather(
      [1, 2].map(
        () =>
          function* () {
            return yield* caught(writer.write("x") as never);
          },
      ),
    );
    getRunningLoop().callLater(1, () =>
      transport.handlers.onClose(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
    );
    const errors = yield* wait(waiting);
    for (const error of errors) expect(error).toBeInstanceOf(ConnectionResetError);
    expect(errors[0]).toMatchObject({
      code: "EPIPE",
      message: "The pipe is lost: the peer takes no more (EPIPE)",
    });
    expect(yield* caught(wait(writer.drain()))).toBe(errors[0]);
    expect(yield* caught(wait(writer.write("x")))).toBe(errors[0]);
  });
});

describe("the end", () => {
  bothSimulated(
    "close lets out what waits: who waits to write is not disturbed (ST17)",
    function* ({ wait, fn }) {
      const { transport, writer } = hand();
      yield* wait(
        taskGroup(
          fn(function* (group: TaskGroup) {
            group.spawn(
              fn(function* () {
                yield* wait(writer.write(kib(65)));
              }),
            );
            yield* wait(checkpoint());
            yield* wait(checkpoint());
            writer.close();
            writer.close();
            expect(writer.isClosing()).toBe(true);
            expect(transport.log).toEqual(["close"]);
            expect(yield* caught(wait(writer.write("x")))).toBeInstanceOf(ConnectionClosedError);
            getRunningLoop().callLater(1, () => transport.handlers.onClose(null));
            yield* wait(writer.waitClosed());
          }),
        ),
      );
      yield* wait(writer.waitClosed());
      expect(writer.getWriteBufferSize()).toBe(0);
    },
  );

  bothSimulated("abort ends them with an error", function* ({ wait, fn }) {
    const { transport, writer } = hand();
    yield* wait(
      taskGroup(
        fn(function* (group: TaskGroup) {
          const task = group.spawn(
            fn(function* () {
              return yield* caught(wait(writer.write(kib(65))));
            }),
          );
          yield* wait(checkpoint());
          yield* wait(checkpoint());
          writer.abort();
          expect(yield* wait(task.join())).toBeInstanceOf(ConnectionClosedError);
        }),
      ),
    );
    expect(transport.log).toEqual(["abort"]);
    // What the system says of it is no loss.
    transport.handlers.onClose(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    yield* wait(writer.waitClosed());
  });

  bothSimulated("waitClosed throws the loss (ST17)", function* ({ wait, fn }) {
    const { transport, writer } = hand();
    yield* wait(
      taskGroup(
        fn(function* (group: TaskGroup) {
          const task = group.spawn(
            fn(function* () {
              return yield* caught(wait(writer.waitClosed()));
            }),
          );
          yield* wait(checkpoint());
          yield* wait(checkpoint());
          transport.handlers.onClose(Object.assign(new Error("read ETIMEDOUT"), { code: "ETIMEDOUT" }));
          expect(yield* wait(task.join())).toMatchObject({ code: "ETIMEDOUT", name: "ConnectionResetError" });
        }),
      ),
    );
    expect(yield* caught(wait(writer.waitClosed()))).toBeInstanceOf(ConnectionResetError);
  });

  bothSimulated(
    "what goes by itself, without an error, is lost to who writes, and at its end to who reads",
    function* ({ wait }) {
      const { transport, link, writer } = hand();
      transport.handlers.onClose(null);
      expect(yield* caught(wait(writer.write("x")))).toMatchObject({
        name: "ConnectionResetError",
        code: "EPIPE",
      });
      expect(yield* wait(link.reader.read())).toHaveLength(0);
      yield* wait(writer.waitClosed());
    },
  );

  bothSimulated("writeEof ends the writing, once", function* ({ wait }) {
    const { transport, writer } = hand();
    yield* wait(writer.write("a"));
    writer.writeEof();
    writer.writeEof();
    expect(transport.log).toEqual(["end"]);
    expect(writer.isClosing()).toBe(false);
    expect(() => writer.tryWrite("b")).toThrow(/writeEof\(\) was called/);
    writer.close();
    expect(transport.log).toEqual(["end", "close"]);
  });
});
