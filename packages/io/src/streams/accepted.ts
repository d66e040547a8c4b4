// A connection that a server has accepted, from there to its end.
import { call, CancelledError, currentScope, TaskGroupError, type Coroutine, type Task } from "corio";
import type { Transport } from "corio/lowlevel";
import { ConnectionClosedError } from "../errors.ts";
import { startTlsOn } from "../network/tls-handshake.ts";
import { Connection, defaultCloseTimeout, releaseConnection } from "./connection.ts";
import type { Server } from "./server.ts";
import { StreamLink } from "./stream-link.ts";
import { tune } from "./tuning.ts";

export class Accepted {
  readonly server: Server;
  readonly transport: Transport;
  task: Task<unknown> | null = null;
  /** null before the handler begins. */
  link: StreamLink | null = null;
  handshaking = false;
  /** The server has closed the connection, under its handler or before that began. */
  dismissed = false;
  #aborted = false;

  constructor(server: Server, transport: Transport) {
    this.server = server;
    this.transport = transport;
  }

  close(): void {
    this.dismissed = true;
    if (this.link !== null) this.link.close();
    else if (this.handshaking) this.task?.cancel("the server closes its connections");
  }

  /** Aborted before its handler began. */
  get aborted(): boolean {
    return this.#aborted;
  }

  abort(): void {
    this.dismissed = this.#aborted = true;
    if (this.link !== null) this.link.abort();
    else this.task?.cancel("the server aborts its connections");
  }
}

/** The task of a connection. Never fails: what its handler throws is told to the server. */
export function* connection(accepted: Accepted): Coroutine<void> {
  const { server } = accepted;
  try {
    const transport = yield* handshake(accepted);
    if (transport !== null) yield* serve(accepted, transport);
  } finally {
    server.ended(accepted);
  }
}

function* handshake(accepted: Accepted): Coroutine<Transport | null> {
  const { server, transport } = accepted;
  const { options, network, tls } = server.init;
  tune(transport, options);
  if (tls === null) return transport;
  if (accepted.dismissed) {
    transport.abort();
    return null;
  }
  accepted.handshaking = true;
  try {
    return yield* startTlsOn(network, transport, tls);
  } catch (error) {
    if (cancelled(server, error)) throw error;
    server.handshakeFailed(error);
    return null;
  } finally {
    accepted.handshaking = false;
  }
}

function* serve(accepted: Accepted, transport: Transport): Coroutine<void> {
  const { server } = accepted;
  const { handler, network, options } = server.init;
  const { limit, closeTimeout = defaultCloseTimeout } = options;
  const link = new StreamLink(transport, { limit, origin: { network, server: true, host: null } });
  accepted.link = link;
  const served = new Connection(link, closeTimeout);
  let aborts = accepted.aborted;
  try {
    if (!accepted.dismissed) yield* call(handler, served);
  } catch (error) {
    aborts = cancelled(server, error);
    if (aborts) throw error;
    // It was told to go, by the only means there are.
    const dismissed = accepted.dismissed && error instanceof ConnectionClosedError;
    if (!dismissed) server.handlerFailed(error, served, isLoss(error, link));
  } finally {
    if (!link.isClosed) yield* releaseConnection(link, closeTimeout, aborts);
  }
}

/** Whether all that happened is that the peer has gone. */
function isLoss(error: unknown, link: StreamLink): boolean {
  if (error instanceof TaskGroupError) return error.errors.every((one) => isLoss(one, link));
  return error !== null && error === link.lost;
}

/** Whether it is this task's own cancellation, and not one that was kept from elsewhere. */
function cancelled(server: Server, error: unknown): boolean {
  if (!(error instanceof CancelledError || (error as Error | null)?.name === "AbortError")) return false;
  return server.cancelling || currentScope().cancelCalled;
}
