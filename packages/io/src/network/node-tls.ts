// TLS on a connection, by node:tls: the handshake as a step that can be undone.
import type { Socket } from "node:net";
import { connect as connectTls, TLSSocket, type ConnectionOptions, type TLSSocketOptions } from "node:tls";
import { realHost, type HostNetwork, type NetworkDone, type Transport } from "corio/lowlevel";
import { closeAfterTickets } from "./secure-end.ts";
import { releaseSocket, type Resettable, socketTransport } from "./socket-transport.ts";
import { noteHandshake, noteSessions } from "./tls-info.ts";
import { TransportDuplex } from "./transport-duplex.ts";

type StartTlsRequest = Parameters<HostNetwork["startTls"]>[1];

/** Told how a handshake ended. */
type Ended = (error: Error | null) => void;

/** What TLS is put on: the socket itself, which is fast, or a stream around anything else. */
type Below = Socket | TransportDuplex;

/** `HostNetwork.startTls` of the machine. */
export function startNodeTls(
  transport: Transport,
  { server, options, early = [] }: StartTlsRequest,
  done: NetworkDone<Transport>,
): () => void {
  const { localAddress: local, remoteAddress: remote } = transport;
  const below = takeOver(transport, early);
  let secure: TLSSocket | null = null;
  let over = false;
  const abandon = (): void => {
    // What still goes wrong is nobody's any more.
    secure?.on("error", ignore);
    below.on("error", ignore);
    below.destroy();
  };
  const ended: Ended = (error) => {
    if (over) return;
    over = true;
    if (error !== null) {
      abandon();
      done(error, null);
      return;
    }
    const tcp = !(below instanceof TransportDuplex) && remote !== null && "port" in remote;
    // A Unix socket cannot reset.
    const lower = tcp || below instanceof TransportDuplex ? (below as Resettable) : undefined;
    const close = !server ? closeAfterTickets(secure!) : undefined;
    noteHandshake(secure!);
    done(null, socketTransport(secure!, { local, remote, lower, tcp, close }));
  };
  // The end was read before TLS took over: it would wait for ever for what does not come.
  const endedBefore = (): void => ended(lost());
  below.once("end", endedBefore);
  if (below.readableEnded) realHost.queueMicrotask(endedBefore);
  try {
    secure = server ? accept(below, options as TLSSocketOptions, ended) : begin(below, options, ended);
  } catch (error) {
    realHost.queueMicrotask(() => ended(error as Error));
  }
  return () => {
    if (over) return;
    over = true;
    abandon();
  };
}

function ignore(): void {}

function lost(): Error {
  return Object.assign(new Error("The connection has ended"), { code: "ECONNRESET" });
}

function takeOver(transport: Transport, early: readonly Uint8Array[]): Below {
  const released = releaseSocket(transport);
  if (released === null) return new TransportDuplex(transport, early);
  const { socket } = released;
  socket.on("error", ignore);
  const bytes = Buffer.concat([...early, ...released.early]);
  // TLS begins with what its socket has buffered.
  if (bytes.length > 0 && !socket.readableEnded) socket.unshift(bytes);
  return socket;
}

function begin(below: Below, options: ConnectionOptions, ended: Ended): TLSSocket {
  const secure = connectTls({ ...options, socket: below as Socket });
  noteSessions(secure);
  watch(secure, "secureConnect", ended);
  return secure;
}

function accept(below: Below, options: TLSSocketOptions, ended: Ended): TLSSocket {
  const secure = new TLSSocket(below as Socket, { ...options, isServer: true });
  const strict = options.requestCert === true && options.rejectUnauthorized !== false;
  watch(secure, "secure", (error) => {
    const verdict = error === null && options.requestCert === true ? verify(secure) : null;
    if (verdict !== null && strict) {
      // Node cannot send the client an alert for it. A reset at least does not look like an end in order.
      if (secure.remotePort !== undefined || below instanceof TransportDuplex) {
        (below as Resettable).resetAndClosing = true;
      }
      ended(verdict);
    } else ended(error);
  });
  // What goes wrong later is told so only, where there is no tls.Server.
  secure.on("_tlsError", (error: Error) => void secure.destroy(error));
  return secure;
}

/** Listens until the handshake has ended, with an event or without it. */
function watch(secure: TLSSocket, event: "secureConnect" | "secure", ended: Ended): void {
  const onSecure = (): void => {
    stop();
    ended(null);
    secure.off("error", onError);
  };
  const onError = (error: Error): void => {
    stop();
    ended(error);
  };
  const onEnd = (): void => onError(lost());
  const stop = (): void => {
    secure.off(event, onSecure);
    secure.off("end", onEnd);
    secure.off("close", onEnd);
  };
  secure.on("error", onError);
  secure.once(event, onSecure);
  // A peer that may half-close does so in the middle of a handshake, too.
  secure.once("end", onEnd);
  secure.once("close", onEnd);
}

/** What OpenSSL thinks of the client's certificate. Node asks only in its tls.Server, and lets everybody pass otherwise. */
function verify(secure: TLSSocket): Error | null {
  const { ssl } = secure as unknown as { readonly ssl: { verifyError(): Error | null } };
  const error = ssl.verifyError();
  secure.authorized = error === null;
  secure.authorizationError = (
    error === null ? null : ((error as NodeJS.ErrnoException).code ?? error.message)
  ) as never;
  return error;
}
