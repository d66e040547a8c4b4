// Corio in the coroutine dialect.
import { run, taskGroup, type Coroutine } from "corio";
import {
  createSubprocessExec,
  DEVNULL,
  openConnection,
  startServer,
  type Connection,
  type ServerOptions,
  type StreamWriter,
} from "@corio/io";
import { children, connections, handshakes, mebi, piece } from "../benches.ts";
import {
  authority,
  host,
  identity,
  mediumMessage,
  servername,
  share,
  smallMessage,
  streamPiece,
  type Adapter,
  type Client,
} from "./adapter.ts";

function serve(
  handler: (connection: Connection) => Coroutine<void>,
  options: Partial<ServerOptions>,
): Promise<number> {
  return new Promise((resolve) => {
    void run(function* () {
      const server = yield* startServer(handler, { host, port: 0, ...options });
      resolve(server.port);
      yield* server.serveForever();
    });
  });
}

function* echo({ reader, writer }: Connection): Coroutine<void> {
  for (;;) {
    const data = yield* reader.read(piece);
    if (data.length === 0) return;
    yield* writer.write(data);
  }
}

function* greet({ writer }: Connection): Coroutine<void> {
  yield* writer.write("k");
}

function* pingPong({ reader, writer }: Connection, message: Buffer, times: number): Coroutine<number> {
  let received = 0;
  for (let i = 0; i < times; i++) {
    yield* writer.write(message);
    received += (yield* reader.readExactly(message.length)).length;
  }
  return received;
}

function* send(writer: StreamWriter, bytes: number): Coroutine<void> {
  for (let left = bytes; left > 0; left -= piece) yield* writer.write(streamPiece);
}

function* receive({ reader }: Connection, bytes: number): Coroutine<number> {
  let received = 0;
  while (received < bytes) received += (yield* reader.read(piece)).length;
  return received;
}

const devNull = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL } as const;

function* spawnTrue(n: number): Coroutine<number> {
  let right = 0;
  for (let i = 0; i < n; i++) {
    const child = yield* createSubprocessExec("true", [], devNull);
    if ((yield* child.wait()) === 0) right++;
  }
  return right;
}

/** Shares the work out to so many tasks. */
function* shared(n: number, width: number, work: (n: number) => Coroutine<number>): Coroutine<number> {
  return yield* taskGroup(function* (group) {
    const each = Math.floor(n / width);
    const tasks = Array.from({ length: width }, (_, i) => group.spawn(work, each + (i < n % width ? 1 : 0)));
    let sum = 0;
    for (const task of tasks) sum += yield* task.join();
    return sum;
  });
}

type PingPong = (connection: Connection, message: Buffer, times: number) => Coroutine<number>;

/** The clients that ask and wait, over one connection and over many. */
export function pingPongs(pingPong: PingPong): { readonly pingpong: Client; readonly many: Client } {
  return {
    pingpong: (n, port, timer) =>
      run(function* () {
        const connection = yield* openConnection(host, port);
        timer.start();
        const received = yield* pingPong(connection, smallMessage, n);
        timer.stop();
        return received;
      }),

    many: (n, port, timer) =>
      run(function* () {
        const all: Connection[] = [];
        for (let i = 0; i < connections; i++) all.push(yield* openConnection(host, port));
        timer.start();
        const received = yield* taskGroup(function* (group) {
          const tasks = all.map((connection) => group.spawn(pingPong, connection, mediumMessage, share(n)));
          let sum = 0;
          for (const task of tasks) sum += yield* task.join();
          return sum;
        });
        timer.stop();
        return received;
      }),
  };
}

const corio: Adapter = {
  servers: {
    echo: () => serve(echo, {}),
    tls: () => serve(greet, { tls: identity() }),
  },
  clients: {
    ...pingPongs(pingPong),

    stream: (n, port, timer) =>
      run(function* () {
        const connection = yield* openConnection(host, port);
        timer.start();
        const received = yield* taskGroup(function* (group) {
          group.spawn(send, connection.writer, n * mebi);
          return yield* receive(connection, n * mebi);
        });
        timer.stop();
        return received;
      }),

    handshakes: (n, port) => {
      const tls = { ca: authority(), servername };
      return run(() =>
        shared(n, handshakes, function* (count) {
          let right = 0;
          for (let i = 0; i < count; i++) {
            const connection = yield* openConnection(host, port, { tls });
            if ((yield* connection.reader.read()).toString() === "k") right++;
            yield* connection.close();
          }
          return right;
        }),
      );
    },

    spawn: (n) => run(() => spawnTrue(n)),
    spawn20: (n) => run(() => shared(n, children, spawnTrue)),
  },
};

export default corio;
