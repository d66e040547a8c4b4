// memoryStreams: a pair of connections without a network.
import { currentScope } from "corio";
import { loopOf } from "corio/lowlevel";
import { nodeNetwork } from "../network/node-network.ts";
import { Connection, defaultCloseTimeout } from "../streams/connection.ts";
import { own } from "../streams/open-connection.ts";
import { StreamLink } from "../streams/stream-link.ts";
import { checkStreamOptions, type StreamOptions } from "../streams/stream-options.ts";
import { memoryTransports } from "./memory-transport.ts";

/**
 * Two connections joined in memory: what is written to one can be read from the other. They behave as connections do, flow control,
 * half-close, resets and TLS included; only that nothing gets lost by itself, and that they have no addresses. For tests, and for parts of a
 * program that speak a protocol to each other.
 *
 * Both belong to the current scope. When it ends they are closed; what has not been read by then is lost. NoRunError outside any run.
 *
 * @example
 * ```ts
 * import { main } from "corio";
 * import { memoryStreams } from "@corio/io";
 *
 * await main(async () => {
 *   const [client, server] = memoryStreams();
 *   await client.writer.write("hello\n");
 *   console.log(String(await server.reader.readLine())); // => hello
 * });
 * ```
 */
export function memoryStreams(options: StreamOptions = {}): [Connection, Connection] {
  checkStreamOptions(options);
  const { host } = loopOf(currentScope());
  const [client, server] = memoryTransports(host);
  const { limit, closeTimeout = defaultCloseTimeout } = options;
  const make = (transport: typeof client, end: "client" | "server"): Connection => {
    const origin = { network: nodeNetwork, server: end === "server", host: null };
    const link = new StreamLink(transport, { limit, what: `the ${end}'s end of memory streams`, origin });
    // At the end of the scope nobody is left to read: there is nothing to wait for.
    own(link, 0);
    return new Connection(link, closeTimeout);
  };
  return [make(client, "client"), make(server, "server")];
}
