// The pairs of the conformance suite, and what they have in common.

import { Queue } from "corio";
import type { StreamErrors, StreamPair } from "@corio/testing/streams";
import {
  type Connection,
  ConnectionClosedError,
  ConnectionResetError,
  openConnection,
  openUnixConnection,
  startServer,
  startUnixServer,
} from "@corio/io";

export const errors: StreamErrors = {
  closed: (error) => error instanceof ConnectionClosedError,
  lost: (error) => error instanceof ConnectionResetError,
};

/** A handler that gives its connection away, and keeps it until it is closed. */
export function keeper(): {
  handler: (connection: Connection) => Promise<void>;
  taken: () => Promise<Connection>;
} {
  const accepted = new Queue<Connection>(Infinity);
  return {
    async handler(connection) {
      accepted.putNowait(connection);
      try {
        await connection.writer.waitClosed();
      } catch {
        // Reset: the check has seen it.
      }
    },
    taken: async () => accepted.get(),
  };
}

type ClientOptions = NonNullable<Parameters<typeof openConnection>[2]>;
type ServerOptions = Parameters<typeof startServer>[1];

/** A client's connection, and the server's end of it. */
export async function tcpPair(
  host: string,
  client: ClientOptions = {},
  server: Partial<ServerOptions> = {},
): Promise<StreamPair> {
  const { handler, taken } = keeper();
  const { port } = await startServer(handler, { host, port: 0, grace: 0, ...server });
  const near = await openConnection(host, port, client);
  return { near, far: await taken() };
}

export async function unixPair(path: string): Promise<StreamPair> {
  const { handler, taken } = keeper();
  await startUnixServer(handler, path, { grace: 0 });
  const near = await openUnixConnection(path);
  return { near, far: await taken() };
}
