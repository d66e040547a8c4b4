// Makes a session: tries the hosts in order, opens a transport, and goes through the start of the protocol.

import { call, shield, timeout } from "corio";
import type { Coroutine, Scope } from "corio";
import { suspend } from "corio/lowlevel";
import { ConnectionDoesNotExist, ConnectionError, InterfaceError, PostgresError } from "../errors.ts";
import { SocketConnector } from "../transport/socket-connector.ts";
import type { Connector } from "../transport/transport.ts";
import { PGliteConnector } from "../transport/pglite-connector.ts";
import { PROTOCOL_3_0, PROTOCOL_3_2 } from "../wire/frontend.ts";
import { quoteLiteral } from "./identifier.ts";
import type { ResolvedOptions } from "./options.ts";
import { runStatement } from "./run-statement.ts";
import { Session } from "./session.ts";
import { simpleQuery } from "./simple-query.ts";
import { typesOf } from "./shared-types.ts";

/** Connects within the options' time. Whatever happens, no socket is left behind. */
export function* connectSession(options: ResolvedOptions): Coroutine<Session> {
  if (options.timeout === null) return yield* tryHosts(null, options);
  return yield* timeout(options.timeout, tryHosts, options);
}

function* tryHosts(_scope: Scope | null, options: ResolvedOptions): Coroutine<Session> {
  if (options.embedded !== undefined) {
    return yield* openSession(new PGliteConnector(options.embedded), options, undefined);
  }
  const given = options.password;
  const password = typeof given === "function" ? yield* call(given) : given;
  if (password !== undefined && typeof password !== "string") {
    throw new InterfaceError("the password function did not give a string");
  }
  const errors: unknown[] = [];
  for (const address of options.addresses) {
    try {
      return yield* openSession(new SocketConnector(address, options.tls), options, password);
    } catch (error) {
      // A server that answers has decided; only one that cannot be reached makes the next one worth trying.
      if (!(error instanceof ConnectionError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  const reasons = errors.map((error) => (error as Error).message).join("; ");
  throw new ConnectionError(`no host could be reached: ${reasons}`, { cause: new AggregateError(errors) });
}

function* openSession(
  connector: Connector,
  options: ResolvedOptions,
  password: string | undefined,
): Coroutine<Session> {
  const transport = yield* connector.open();
  const session = new Session(connector, transport, options, typesOf(connector, options));
  try {
    if (connector.embedded) yield* startEmbedded(session, options);
    else yield* startProtocol(session, options, password, PROTOCOL_3_2);
    return session;
  } catch (error) {
    yield* shield(() => destroySession(session));
    if (!isVersionRefusal(error, connector)) throw error;
  }
  // Servers and poolers that do not know minor versions refuse the newer one instead of negotiating.
  const older = new Session(connector, yield* connector.open(), options, session.types);
  try {
    yield* startProtocol(older, options, password, PROTOCOL_3_0);
    return older;
  } catch (error) {
    yield* shield(() => destroySession(older));
    throw error;
  }
}

function isVersionRefusal(error: unknown, connector: Connector): boolean {
  if (connector.embedded || !(error instanceof PostgresError)) return false;
  return (error.sqlstate === "0A000" || error.sqlstate === "08P01") && /protocol/i.test(error.message);
}

function* startProtocol(
  session: Session,
  options: ResolvedOptions,
  password: string | undefined,
  protocol: number,
): Coroutine<void> {
  const parameters = new Map([
    ["user", options.user],
    ["database", options.database],
    ["client_encoding", "UTF8"],
    ...options.serverSettings,
  ]);
  const flight = session.startHandshake({ user: options.user, password, protocol, parameters });
  yield* flight.landed();
  if (flight.error !== null) throw flight.error;
}

/** An embedded server has no startup: the settings are set one by one, and asked for. */
function* startEmbedded(session: Session, options: ResolvedOptions): Coroutine<void> {
  for (const [name, value] of options.serverSettings) {
    session.settingsSql += `; SELECT set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`;
  }
  if (session.settingsSql !== "") yield* simpleQuery(session, session.settingsSql.slice(2));
  const names = ["server_version", "TimeZone", "server_encoding", "standard_conforming_strings"];
  const flight = yield* runStatement(
    session,
    "SELECT name, setting FROM pg_settings WHERE name = ANY($1::text[])",
    [names],
    0,
    true,
  );
  for (const row of flight.rows) session.settings.set(row.name as string, row.setting as string);
}

/** Closes at once and waits until the transport is closed. */
export function* destroySession(session: Session): Coroutine<void> {
  session.destroy(new ConnectionDoesNotExist("the connection was closed"));
  yield* waitClosed(session);
}

export function* waitClosed(session: Session): Coroutine<void> {
  if (session.closed) return;
  yield* suspend<void>((resolve) => {
    if (session.closed) resolve();
    else session.onceClosed(() => resolve());
  });
}

/** Ends the session in order: what is under way is cancelled first. Bounded; then the transport is closed at once. */
export function* endSession(session: Session): Coroutine<void> {
  yield* shield(() => within(session, endPolitely), { timeout: Infinity });
}

/** Waits until the transport of an ended session is closed; closes it by force when that takes too long. */
export function* closeWithin(session: Session): Coroutine<void> {
  if (session.closed) return;
  yield* shield(() => within(session, waitClosedIn), { timeout: Infinity });
}

function* within(
  session: Session,
  body: (scope: Scope, session: Session) => Coroutine<void>,
): Coroutine<void> {
  try {
    yield* timeout(session.options.cancelTimeout, body, session);
  } catch {
    // Whatever stood in the way: the socket is closed now.
    yield* destroySession(session);
  }
}

function* waitClosedIn(_scope: Scope, session: Session): Coroutine<void> {
  yield* waitClosed(session);
}

function* endPolitely(_scope: Scope, session: Session): Coroutine<void> {
  session.turnstile.close(new InterfaceError("the connection is closed"));
  while (session.head !== null) {
    const flight = session.head;
    session.flush();
    if (!session.connector.embedded) {
      yield* session.connector.cancel(session.processId, session.cancelKey);
    }
    yield* flight.landed();
  }
  session.end(new InterfaceError("the connection is closed"));
  yield* waitClosed(session);
}
