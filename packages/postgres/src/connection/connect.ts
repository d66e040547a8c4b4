// connect(): a connection that belongs to the scope that opened it.

import { currentScope } from "corio";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { connectSession, endSession } from "./connect-session.ts";
import { Connection } from "./connection.ts";
import { resolveOptions } from "./options.ts";
import type { ConnectOptions } from "./options.ts";

/**
 * Opens a connection. It belongs to the scope that is current here and is closed with it, if not before. Throws
 * InvalidDsn, ConnectionRefused, HostNotFound, InvalidPassword, InvalidCatalogName and others, TimeoutError. A cancel
 * point: cancelled, it leaves no socket behind.
 *
 * @param target a DSN, or options; a DSN may be followed by options, which win
 */
export function connect(
  target: string | ConnectOptions = {},
  options: ConnectOptions = {},
): Awaitable<Connection> {
  return coroutine(openConnection, target, options);
}

function* openConnection(target: string | ConnectOptions, options: ConnectOptions): Coroutine<Connection> {
  const scope = currentScope();
  const session = yield* connectSession(resolveOptions(target, options));
  const connection = new Connection(session);
  const undo = scope.defer(() => endSession(session));
  connection.addTerminationListener(undo);
  return connection;
}
