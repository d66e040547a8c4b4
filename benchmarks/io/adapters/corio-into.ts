// Corio in the coroutine dialect, reading into memory of its own, as Go's Read does: for much data.
import { run, taskGroup, type Coroutine } from "corio";
import { openConnection, startServer, type Connection, type StreamReader } from "@corio/io";
import { mebi, piece } from "../benches.ts";
import corio, { pingPongs } from "./corio.ts";
import { host, streamPiece, type Adapter } from "./adapter.ts";

function* echo({ reader, writer }: Connection): Coroutine<void> {
  const memory = Buffer.allocUnsafe(piece);
  // A write is over when its bytes are on their way: then the memory is free again.
  writer.setWriteBufferLimits({ high: 0 });
  for (;;) {
    const count = yield* reader.readInto(memory);
    if (count === 0) return;
    yield* writer.write(memory.subarray(0, count));
  }
}

/** Fills the memory; gives how many bytes that were. */
function* fill(reader: StreamReader, memory: Buffer): Coroutine<number> {
  let count = 0;
  while (count < memory.length)
    count += yield* reader.readInto(count === 0 ? memory : memory.subarray(count));
  return count;
}

function* pingPong({ reader, writer }: Connection, message: Buffer, times: number): Coroutine<number> {
  const memory = Buffer.allocUnsafe(message.length);
  let received = 0;
  for (let i = 0; i < times; i++) {
    yield* writer.write(message);
    received += yield* fill(reader, memory);
  }
  return received;
}

const corioInto: Adapter = {
  servers: {
    ...corio.servers,
    echo: () =>
      new Promise((resolve) => {
        void run(function* () {
          const server = yield* startServer(echo, { host, port: 0 });
          resolve(server.port);
          yield* server.serveForever();
        });
      }),
  },
  clients: {
    ...pingPongs(pingPong),

    stream: (n, port, timer) =>
      run(function* () {
        const { reader, writer } = yield* openConnection(host, port);
        timer.start();
        const received = yield* taskGroup(function* (group) {
          group.spawn(function* () {
            for (let left = n * mebi; left > 0; left -= piece) yield* writer.write(streamPiece);
          });
          const memory = Buffer.allocUnsafe(piece);
          let count = 0;
          while (count < n * mebi) count += yield* reader.readInto(memory);
          return count;
        });
        timer.stop();
        return received;
      }),
  },
};

export default corioInto;
