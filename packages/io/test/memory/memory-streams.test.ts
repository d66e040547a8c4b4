// memoryStreams: two connections that behave as over a network, in virtual time.
import {
  cancelScope,
  checkpoint,
  forEach,
  moveOnAfter,
  NoRunError,
  taskGroup,
  type Scope,
  type TaskGroup,
} from "corio";
import { describe, expect, test } from "vitest";
import {
  ConnectionClosedError,
  ConnectionResetError,
  memoryStreams,
  type Connection,
} from "../../src/index.ts";
import { bothSimulated, caught } from "../support/dialects.ts";

describe("memory streams", () => {
  bothSimulated("carry bytes both ways", function* ({ wait }) {
    const [client, server] = memoryStreams();
    yield* wait(client.writer.write("question\n"));
    expect(String(yield* wait(server.reader.readLine()))).toBe("question\n");
    yield* wait(server.writer.write("answer\n"));
    expect(String(yield* wait(client.reader.readLine()))).toBe("answer\n");
    expect(client.statistics()).toMatchObject({ bytesRead: 7, bytesWritten: 9, pending: 0 });
    expect(client.localAddress).toBe(null);
    expect(client.getExtraInfo("peername")).toBe(null);
  });

  bothSimulated("half-close", function* ({ wait }) {
    const [client, server] = memoryStreams();
    yield* wait(client.writer.write("question"));
    client.writer.writeEof();
    expect(String(yield* wait(server.reader.read()))).toBe("question");
    yield* wait(server.writer.write("answer"));
    server.writer.writeEof();
    expect(String(yield* wait(client.reader.read()))).toBe("answer");
    yield* wait(client.writer.waitClosed());
    yield* wait(server.writer.waitClosed());
  });

  bothSimulated(
    "make a writer wait for a slow reader, and hold no more than the limits",
    function* ({ wait, fn }) {
      const [client, server] = memoryStreams({ limit: 1024 });
      let written = 0;
      yield* wait(
        taskGroup(
          fn(function* (group: TaskGroup) {
            group.spawn(
              fn(function* () {
                for (let i = 0; i < 1000; i++) {
                  yield* wait(client.writer.write(Buffer.alloc(1024)));
                  written++;
                }
                client.writer.writeEof();
              }),
            );
            const { cancelled } = yield* wait(
              moveOnAfter(
                1000,
                fn(function* () {
                  yield* wait(client.writer.waitClosed());
                }),
              ),
            );
            expect(cancelled).toBe(true);
            // The reader's buffer and the writer's, and what was on its way.
            expect(written).toBeLessThan(80);
            let read = 0;
            while (!server.reader.atEof()) read += (yield* wait(server.reader.read(100_000))).length;
            expect(read).toBe(1024 * 1000);
          }),
        ),
      );
      expect(written).toBe(1000);
    },
  );

  bothSimulated("close sends what was written, and then ends", function* ({ wait, fn }) {
    const [client, server] = memoryStreams({ limit: 10 });
    yield* wait(client.writer.write(Buffer.alloc(50)));
    yield* wait(client.writer.write(Buffer.alloc(50_000)));
    yield* wait(
      taskGroup(
        fn(function* (group: TaskGroup) {
          group.spawn(
            fn(function* () {
              yield* wait(client.close());
            }),
          );
          yield* wait(checkpoint());
          expect((yield* wait(server.reader.read())).length).toBe(50_050);
        }),
      ),
    );
    // Nobody is there to write to.
    const error = yield* caught(
      (function* () {
        for (;;) yield* wait(server.writer.write("x"));
      })(),
    );
    expect(error).toBeInstanceOf(ConnectionResetError);
    expect(error).toMatchObject({ code: "EPIPE" });
  });

  bothSimulated("abort resets the other end, and drops what was on its way", function* ({ wait }) {
    const [client, server] = memoryStreams();
    yield* wait(client.writer.write("lost"));
    client.abort();
    expect(yield* caught(wait(server.reader.read()))).toMatchObject({
      name: "ConnectionResetError",
      code: "ECONNRESET",
    });
    expect(yield* caught(wait(client.reader.read()))).toBeInstanceOf(ConnectionClosedError);
    yield* wait(client.writer.waitClosed());
    expect(yield* caught(wait(server.writer.waitClosed()))).toBeInstanceOf(ConnectionResetError);
  });

  bothSimulated(
    "end with their scope: closed in order, or reset where it is cancelled",
    function* ({ wait, fn }) {
      let kept!: [Connection, Connection];
      yield* wait(
        cancelScope(
          fn(function* () {
            kept = memoryStreams();
            // Never read, and nobody waits for that.
            yield* wait(kept[0].writer.write(Buffer.alloc(60_000)));
          }),
        ),
      );
      for (const { writer } of kept) expect(writer.isClosing()).toBe(true);
      yield* wait(
        cancelScope(
          fn(function* (scope: Scope) {
            kept = memoryStreams();
            scope.cancel();
            yield* wait(checkpoint());
          }),
        ),
      );
      for (const { writer } of kept) expect(writer.isClosing()).toBe(true);
    },
  );

  bothSimulated("much that was never read holds up nobody at the end of the scope", function* ({ wait, fn }) {
    yield* wait(
      cancelScope(
        fn(function* () {
          const [client] = memoryStreams({ limit: 1 });
          yield* wait(client.writer.write(Buffer.alloc(10)));
          yield* wait(client.writer.write(Buffer.alloc(60_000)));
          yield* wait(client.writer.write(Buffer.alloc(5_000)));
        }),
      ),
    );
  });

  bothSimulated("iterate over lines and chunks (ST18)", function* ({ wait, fn }) {
    const [client, server] = memoryStreams();
    yield* wait(client.writer.write("one\ntwo\nthr"));
    yield* wait(client.writer.write("ee\nfour"));
    client.writer.writeEof();
    const lines: string[] = [];
    yield* wait(forEach(server.reader, (line) => void lines.push(String(line))));
    expect(lines).toEqual(["one\n", "two\n", "three\n", "four"]);
    yield* wait(server.writer.write("abc"));
    server.writer.writeEof();
    const chunks: string[] = [];
    yield* wait(
      forEach(
        client.reader.chunks(),
        fn(function* (chunk: Buffer) {
          chunks.push(String(chunk));
        }),
      ),
    );
    expect(chunks.join("")).toBe("abc");
  });

  test("belong to a run", () => {
    expect(() => memoryStreams()).toThrow(NoRunError);
  });
});
