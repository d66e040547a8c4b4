// Three small protocols, our side of them: lines, messages with their length before them, and lines that turn into such messages over TLS.
import { expect } from "vitest";
import type { Connection, StreamReader, TlsOptions, TlsServerOptions } from "../../../src/index.ts";
import type { Dialect } from "../../support/dialects.ts";

type Steps<T> = Generator<unknown, T, unknown>;

/** Numbers each line that it is told; at the end says how many they were. */
export function* serveLines({ wait }: Dialect, { reader, writer }: Connection): Steps<void> {
  let count = 0;
  for (;;) {
    const line = yield* wait(reader.readLine());
    if (line.length === 0) break;
    count++;
    yield* wait(writer.write(`${count}: ${String(line)}`));
  }
  yield* wait(writer.write(`${count} lines\n`));
  writer.writeEof();
}

export function frame(body: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(Buffer.byteLength(body));
  return Buffer.concat([head, Buffer.from(body)]);
}

/** Messages as the output of a program shows them. */
export function framesText(...bodies: string[]): string {
  return bodies.map((body) => frame(body).toString()).join("");
}

export function* readFrame({ wait }: Dialect, reader: StreamReader): Steps<string> {
  const head = yield* wait(reader.readExactly(4));
  return String(yield* wait(reader.readExactly(head.readUInt32BE())));
}

/** Says messages back in capitals; an empty one ends it. */
export function* serveFrames(dialect: Dialect, { reader, writer }: Connection): Steps<void> {
  for (;;) {
    const body = yield* readFrame(dialect, reader);
    if (body === "") return;
    yield* dialect.wait(writer.write(frame(body.toUpperCase())));
  }
}

/** Greets, numbers lines, and when told STARTTLS goes on over TLS, in messages. */
export function* serveUpgrade(dialect: Dialect, connection: Connection, tls: TlsServerOptions): Steps<void> {
  const { wait } = dialect;
  const { reader, writer } = connection;
  yield* wait(writer.write("ready\n"));
  for (let count = 1; ; count++) {
    const line = yield* wait(reader.readLine());
    if (String(line) === "STARTTLS\n") break;
    yield* wait(writer.write(`${count}: ${String(line)}`));
  }
  yield* wait(writer.write("go ahead\n"));
  yield* wait(connection.startTls(tls));
  yield* serveFrames(dialect, connection);
}

export const longLine: string = "x".repeat(60_000);
export const sizes: readonly number[] = [1, 100, 1_000_000];

/** The other side of `serveLines`. */
export function* speakLines({ wait }: Dialect, { reader, writer }: Connection): Steps<void> {
  for (const [i, word] of ["one", "two", longLine].entries()) {
    yield* wait(writer.write(`${word}\n`));
    expect(String(yield* wait(reader.readLine()))).toBe(`${i + 1}: ${word}\n`);
  }
  yield* wait(writer.write("no end"));
  writer.writeEof();
  expect(String(yield* wait(reader.read()))).toBe("4: no end4 lines\n");
}

/** The other side of `serveFrames`. */
export function* speakFrames(dialect: Dialect, { reader, writer }: Connection): Steps<void> {
  for (const size of sizes) {
    yield* dialect.wait(writer.write(frame("b".repeat(size))));
    expect((yield* readFrame(dialect, reader)) === "B".repeat(size)).toBe(true);
  }
  yield* dialect.wait(writer.write(frame("")));
  expect(yield* dialect.wait(reader.read())).toHaveLength(0);
}

/** The other side of `serveUpgrade`. */
export function* speakUpgrade(dialect: Dialect, connection: Connection, tls: TlsOptions): Steps<void> {
  const { wait } = dialect;
  const { reader, writer } = connection;
  expect(String(yield* wait(reader.readLine()))).toBe("ready\n");
  yield* wait(writer.write("hello\n"));
  expect(String(yield* wait(reader.readLine()))).toBe("1: hello\n");
  yield* wait(writer.write("STARTTLS\n"));
  expect(String(yield* wait(reader.readLine()))).toBe("go ahead\n");
  yield* wait(connection.startTls(tls));
  expect(connection.getExtraInfo("tlsVersion")).toMatch(/^TLSv1\.[23]$/);
  yield* speakFrames(dialect, connection);
}
