// startTls of the simulated network.

import type { NetworkDone, Transport } from "corio/lowlevel";
import type { Replaceable } from "../endpoint.ts";
import type { NetworkRun } from "../run.ts";
import { ClientHandshake, type HandshakeDone, ServerHandshake } from "./handshake.ts";
import type { TlsOptions } from "./tls-options.ts";
import { TlsTransport } from "./tls-transport.ts";

export interface TlsRequest {
  readonly server: boolean;
  readonly options: object;
  /** What was read already, and belongs to the handshake. */
  readonly early?: readonly Uint8Array[] | undefined;
}

/** Begins to put TLS on a connection; what is given back undoes it. */
export function startTls(
  run: NetworkRun,
  transport: Transport,
  { server, options, early = [] }: TlsRequest,
  done: NetworkDone<Transport>,
): () => void {
  if (!isReplaceable(transport)) {
    throw new TypeError("Cannot start TLS: the connection is not one of the simulated network");
  }
  const finish: HandshakeDone = (error, end) => {
    if (end === null) return done(error, null);
    const { version, alpnProtocol } = { version: end.getProtocol(), alpnProtocol: end.alpnProtocol };
    run.log.note("secure", {
      connection: transport.connection.id,
      from: transport.localName,
      detail: alpnProtocol === false ? version : `${version} ${alpnProtocol}`,
    });
    done(null, new TlsTransport(transport, handshake.records, end));
  };
  const handshake = server
    ? new ServerHandshake(transport, options as TlsOptions, finish)
    : new ClientHandshake(transport, options as TlsOptions, finish);
  transport.takeOver(handshake);
  handshake.begin(early);
  return () => handshake.undo();
}

function isReplaceable(transport: Transport): transport is Replaceable {
  return "takeOver" in transport && "soon" in transport;
}
