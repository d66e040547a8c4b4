// A TCP proxy: what comes from one side goes to the other, bytes and ends alike.
import { openConnection, type Connection, type ConnectionTarget } from "@corio/io";
import { taskGroup, type Coroutine } from "corio";

/** Makes the handler of a server: each connection gets one of its own to the target. */
export function proxyTo(target: ConnectionTarget): (client: Connection) => Coroutine<void> {
  return function* proxy(client) {
    let upstream: Connection | null = null;
    try {
      upstream = yield* openConnection(target);
      yield* both(client, upstream);
    } catch (error) {
      // Whoever is left must not take what he has for all there was.
      client.abort();
      upstream?.abort();
      throw error;
    }
  };
}

function* both(client: Connection, upstream: Connection): Coroutine<void> {
  yield* taskGroup(function* (group) {
    group.spawn({ name: "up" }, pass, client, upstream);
    group.spawn({ name: "down" }, pass, upstream, client);
  });
}

/** In one direction. A slow reader slows the writer down: `write` waits for it. The end is passed on too, and the other direction goes on. */
function* pass(from: Connection, to: Connection): Coroutine<void> {
  for (;;) {
    const bytes = yield* from.reader.read(65_536);
    if (bytes.length === 0) break;
    yield* to.writer.write(bytes);
  }
  to.writer.writeEof();
}
