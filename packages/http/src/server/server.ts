// Server: an application on a port. Owns the listening socket, the connections, and the tasks that handle requests.

import http from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Awaitable, Coroutine, TaskGroup } from "corio";
import { CancelledError, Event, createTask, moveOnAfter, shield, taskGroup } from "corio";
import { coroutine, suspend } from "corio/lowlevel";
import type { Application } from "./application.ts";
import { ServerConnection } from "./connection.ts";
import { checkRequest, originForm } from "./gate.ts";
import { handleRequest, refusal } from "./handle-request.ts";
import type { Exchange } from "./handle-request.ts";
import { splitTarget } from "./request-path.ts";
import { respond } from "./respond.ts";
import type { ServeOptions } from "./server-options.ts";

export interface ServerStatistics {
  readonly connections: number;
  /** Requests being handled. */
  readonly active: number;
}

/** Made by startServer and withServer. */
export class Server implements AsyncDisposable {
  readonly #app: Application;
  readonly #options: ServeOptions;
  readonly #http: http.Server;
  readonly #connections = new Map<Socket, ServerConnection>();
  readonly #ready = new Event();
  readonly #stop = new Event();
  readonly #drained = new Event();
  readonly #closed = new Event();
  readonly #done = new Event();
  #group: TaskGroup | null = null;
  #active = 0;
  #onIdle: (() => void) | null = null;

  /** @internal */
  constructor(app: Application, options: ServeOptions) {
    this.#app = app;
    this.#options = options;
    this.#http = createHttpServer(options);
    this.#http.on("request", this.#onRequest);
    this.#http.on(options.tls === undefined ? "connection" : "secureConnection", this.#onConnection);
  }

  /** The port that is listened on; 0 for a Unix socket. */
  get port(): number {
    const address = this.#http.address() as AddressInfo | string | null;
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Where a client on this machine finds the server, without a slash at the end. */
  get url(): string {
    const { host = "127.0.0.1" } = this.#options;
    const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
    return `${this.#options.tls === undefined ? "http" : "https"}://${name.includes(":") ? `[${name}]` : name}:${this.port}`;
  }

  statistics(): ServerStatistics {
    return { connections: this.#connections.size, active: this.#active };
  }

  /**
   * Shuts down: no new connections; idle ones are closed; requests under way have `grace` ms to end, then their handlers
   * are cancelled; when all is closed, it returns. Idempotent, shielded.
   */
  close(): Awaitable<void> {
    return coroutine(closeServer, this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close() as unknown as Promise<void>;
  }

  /** @internal */
  *open(): Coroutine<void> {
    createTask({ name: "http server" }, runServer, this);
    try {
      yield* this.#ready.wait();
      yield* suspend<void>(this.#listen);
    } catch (error) {
      this.#stop.set();
      throw error;
    }
  }

  /** @internal Waits until the server is to stop, by `close()` or because its run ends; then lets the requests end. */
  *watch(group: TaskGroup): Coroutine<void> {
    // Behind a shield: a cancellation first asks the requests to end.
    group.spawn({ name: "http requests" }, shieldRequests, this);
    try {
      yield* this.#stop.wait();
    } finally {
      yield* shield(() => this.#drain(), { timeout: Infinity });
    }
  }

  /** @internal */
  *serve(group: TaskGroup): Coroutine<void> {
    this.#group = group;
    this.#ready.set();
    yield* this.#drained.wait();
  }

  *#drain(): Coroutine<void> {
    this.#stop.set();
    this.#http.close(() => this.#closed.set());
    this.#http.closeIdleConnections();
    if (this.#active > 0)
      yield* moveOnAfter(this.#options.grace ?? 60_000, () => suspend<void>(this.#whenIdle));
    for (const connection of this.#connections.values()) connection.cancel("the server is shutting down");
    this.#drained.set();
  }

  /** @internal */
  *finish(): Coroutine<void> {
    this.#http.closeAllConnections();
    for (const socket of this.#connections.keys()) socket.destroy();
    yield* this.#closed.wait();
    this.#done.set();
  }

  /** @internal */
  *shutDown(): Coroutine<void> {
    this.#stop.set();
    yield* this.#done.wait();
  }

  readonly #listen = (resolve: () => void, reject: (error: unknown) => void): (() => void) => {
    const { port = 8080, host, path, backlog, reusePort } = this.#options;
    const server = this.#http;
    const fail = (error: Error): void => {
      server.off("listening", listening);
      reject(error);
    };
    const listening = (): void => {
      server.off("error", fail);
      resolve();
    };
    server.once("error", fail);
    server.once("listening", listening);
    const where = path === undefined ? { port, ...(host === undefined ? {} : { host }) } : { path };
    server.listen({
      ...where,
      ...(backlog === undefined ? {} : { backlog }),
      ...(reusePort ? { reusePort } : {}),
    });
    return () => {
      server.close();
    };
  };

  readonly #whenIdle = (resolve: () => void): void => {
    this.#onIdle = resolve;
  };

  readonly #onConnection = (socket: Socket): void => {
    const connection = new ServerConnection(socket, this.#handle);
    this.#connections.set(socket, connection);
    socket.once("close", () => {
      this.#connections.delete(socket);
      connection.closed();
    });
  };

  readonly #onRequest = (message: IncomingMessage, response: ServerResponse): void => {
    const connection = this.#connections.get(message.socket);
    if (connection === undefined) message.socket.destroy();
    else connection.receive(message, response);
  };

  readonly #handle = (
    connection: ServerConnection,
    message: IncomingMessage,
    response: ServerResponse,
  ): void => {
    const group = this.#group;
    if (group === null || this.#stop.isSet()) {
      message.socket.destroy();
      return;
    }
    const refused = checkRequest(message, this.#options.maxHeaders ?? 128);
    const path = refused === null ? splitTarget(originForm(message.url ?? "/")) : null;
    this.#active += 1;
    if (path === null) {
      const { status, message: reason } = refused ?? {
        status: 400,
        message: "Path is not percent-encoded properly",
      };
      response.shouldKeepAlive = false;
      connection.handledBy(
        group.spawn(refuse, this, connection, message, response, status, reason),
        "cancel",
      );
      return;
    }
    const dispatch = this.#app.dispatch(message.method ?? "GET", path.segments);
    const exchange = { message, response, path, dispatch, keepAlive: this.#keepAlive };
    connection.handledBy(group.spawn(handle, this, connection, this.#app, exchange), dispatch.onDisconnect);
  };

  readonly #keepAlive = (): boolean => !this.#stop.isSet();

  /** @internal The task of a request is at its end. */
  handled(connection: ServerConnection): void {
    this.#active -= 1;
    if (connection.next()) return;
    if (!this.#stop.isSet()) return;
    this.#http.closeIdleConnections();
    if (this.#active === 0) this.#onIdle?.();
  }
}

function createHttpServer(options: ServeOptions): http.Server {
  const settings = {
    maxHeaderSize: options.maxHeaderSize ?? 16 * 1024,
    headersTimeout: options.headersTimeout ?? 10_000,
    requestTimeout: options.requestTimeout ?? 300_000,
    keepAliveTimeout: options.keepaliveTimeout ?? 75_000,
    insecureHTTPParser: false,
    requireHostHeader: true,
    noDelay: true,
  };
  return options.tls === undefined
    ? http.createServer(settings)
    : https.createServer({ ...settings, ...options.tls });
}

/** The run owns the server's task, and ends it gracefully when it ends itself. */
function* runServer(server: Server): Coroutine<void> {
  try {
    yield* taskGroup((group) => server.watch(group));
  } finally {
    yield* shield(() => server.finish(), { timeout: Infinity });
  }
}

function* shieldRequests(server: Server): Coroutine<void> {
  yield* shield(() => taskGroup((group) => server.serve(group)), { timeout: Infinity });
}

function* handle(
  server: Server,
  connection: ServerConnection,
  app: Application,
  exchange: Exchange,
): Coroutine<void> {
  try {
    yield* handleRequest(app, exchange);
  } finally {
    server.handled(connection);
  }
}

function* refuse(
  server: Server,
  connection: ServerConnection,
  message: IncomingMessage,
  response: ServerResponse,
  status: number,
  reason: string,
): Coroutine<void> {
  try {
    yield* respond(message, response, refusal(status, reason));
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    message.socket.destroy();
  } finally {
    server.handled(connection);
  }
}

function* closeServer(server: Server): Coroutine<void> {
  yield* shield(() => server.shutDown(), { timeout: Infinity });
}
