// Corio in the async dialect: plain async functions.
import { run, taskGroup } from "corio";
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
} from "./adapter.ts";

function serve(
  handler: (connection: Connection) => Promise<void>,
  options: Partial<ServerOptions>,
): Promise<number> {
  return new Promise((resolve) => {
    void run(async () => {
      const server = await startServer(handler, { host, port: 0, ...options });
      resolve(server.port);
      await server.serveForever();
    });
  });
}

async function echo({ reader, writer }: Connection): Promise<void> {
  for (;;) {
    const data = await reader.read(piece);
    if (data.length === 0) return;
    await writer.write(data);
  }
}

async function greet({ writer }: Connection): Promise<void> {
  await writer.write("k");
}

async function pingPong({ reader, writer }: Connection, message: Buffer, times: number): Promise<number> {
  let received = 0;
  for (let i = 0; i < times; i++) {
    await writer.write(message);
    received += (await reader.readExactly(message.length)).length;
  }
  return received;
}

async function send(writer: StreamWriter, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= piece) await writer.write(streamPiece);
}

async function receive({ reader }: Connection, bytes: number): Promise<number> {
  let received = 0;
  while (received < bytes) received += (await reader.read(piece)).length;
  return received;
}

const devNull = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL } as const;

async function spawnTrue(n: number): Promise<number> {
  let right = 0;
  for (let i = 0; i < n; i++) {
    const child = await createSubprocessExec("true", [], devNull);
    if ((await child.wait()) === 0) right++;
  }
  return right;
}

/** Shares the work out to so many tasks. */
async function shared(n: number, width: number, work: (n: number) => Promise<number>): Promise<number> {
  return await taskGroup(async (group) => {
    const each = Math.floor(n / width);
    const tasks = Array.from({ length: width }, (_, i) => group.spawn(work, each + (i < n % width ? 1 : 0)));
    let sum = 0;
    for (const task of tasks) sum += await task.join();
    return sum;
  });
}

const corioAsync: Adapter = {
  servers: {
    echo: () => serve(echo, {}),
    tls: () => serve(greet, { tls: identity() }),
  },
  clients: {
    pingpong: (n, port, timer) =>
      run(async () => {
        const connection = await openConnection(host, port);
        timer.start();
        const received = await pingPong(connection, smallMessage, n);
        timer.stop();
        return received;
      }),

    many: (n, port, timer) =>
      run(async () => {
        const all: Connection[] = [];
        for (let i = 0; i < connections; i++) all.push(await openConnection(host, port));
        timer.start();
        const received = await taskGroup(async (group) => {
          const tasks = all.map((connection) => group.spawn(pingPong, connection, mediumMessage, share(n)));
          let sum = 0;
          for (const task of tasks) sum += await task.join();
          return sum;
        });
        timer.stop();
        return received;
      }),

    stream: (n, port, timer) =>
      run(async () => {
        const connection = await openConnection(host, port);
        timer.start();
        const received = await taskGroup(async (group) => {
          group.spawn(send, connection.writer, n * mebi);
          return await receive(connection, n * mebi);
        });
        timer.stop();
        return received;
      }),

    handshakes: (n, port) => {
      const tls = { ca: authority(), servername };
      return run(() =>
        shared(n, handshakes, async (count) => {
          let right = 0;
          for (let i = 0; i < count; i++) {
            const connection = await openConnection(host, port, { tls });
            if ((await connection.reader.read()).toString() === "k") right++;
            await connection.close();
          }
          return right;
        }),
      );
    },

    spawn: (n) => run(() => spawnTrue(n)),
    spawn20: (n) => run(() => shared(n, children, spawnTrue)),
  },
};

export default corioAsync;
