// Server: listeners, and the task group of the connections that they accept.
import {
  CancelledError,
  Event,
  getRunningLoop,
  moveOnAfter,
  Queue,
  shield,
  taskGroup,
  type Awaitable,
  type CancellableTaskGroup,
  type Coroutine,
  type EventLoop,
  type Task,
  type TaskGroup,
} from "corio";
import {
  coroutine,
  type HostNetwork,
  type NetworkAddress,
  type NetworkListener,
  type Transport,
} from "corio/lowlevel";
import { ConnectionClosedError } from "../errors.ts";
import type { PreparedTls } from "../network/tls-options.ts";
import { Accepted, connection } from "./accepted.ts";
import type { Connection } from "./connection.ts";
import type { CommonServerOptions, ConnectionHandler } from "./server-options.ts";
import type { SocketTuning } from "./tuning.ts";

/** What a server has had to do so far, and what it has now. */
export interface ServerStatistics {
  /** Connections that are open now, those in a TLS handshake included. */
  readonly connections: number;
  /** Connections that were accepted, in all. */
  readonly accepted: number;
  /** Connections that were reset because of `maxConnections`. */
  readonly refused: number;
  /** Handlers that failed. */
  readonly failed: number;
  /** Handlers that ended because their peer had gone. */
  readonly lost: number;
  /** TLS handshakes that failed: none of these had a handler. */
  readonly failedHandshakes: number;
}

/** @internal */
export interface ServerInit {
  readonly handler: ConnectionHandler;
  readonly options: CommonServerOptions & SocketTuning;
  readonly network: HostNetwork;
  readonly tls: PreparedTls | null;
}

/**
 * Listens, and runs a handler for each connection: a task group, whose tasks are the connections. Made by `startServer` and its kin; belongs
 * to the scope that started it. When that ends, the server takes no more connections, its handlers have `grace` to end, those that have not
 * are cancelled, and when all have ended the scope closes.
 */
export class Server implements AsyncDisposable {
  /** @internal */
  readonly init: ServerInit;
  readonly #loop: EventLoop;
  readonly #listeners: NetworkListener[] = [];
  /** All that have come and are not over, those without a task yet among them. */
  readonly #active = new Set<Accepted>();
  /** Those that wait for their task. */
  readonly #incoming = new Queue<Accepted>(Infinity);
  readonly #closed = new Event();
  readonly #gone = new Event();
  readonly #stop = new Event();
  readonly #done = new Event();
  #group: CancellableTaskGroup | null = null;
  #accepted = 0;
  #refused = 0;
  #failed = 0;
  #lost = 0;
  #failedHandshakes = 0;
  #acceptFails = false;
  /** @internal Handlers are being cancelled. */
  cancelling = false;
  /** @internal Takes the server off its scope. */
  disown: (() => void) | null = null;

  /** @internal */
  constructor(init: ServerInit) {
    this.init = init;
    this.#loop = getRunningLoop();
  }

  /** Where the server listens: several where its host has several addresses. None when it is closed. */
  get addresses(): readonly NetworkAddress[] {
    return this.#listeners.map(({ address }) => address);
  }

  /** The port of the first address; 0 for a Unix socket, and for a server that is closed. */
  get port(): number {
    const first = this.#listeners[0]?.address;
    return first !== undefined && "port" in first ? first.port : 0;
  }

  /** Whether it takes connections. */
  isServing(): boolean {
    return !this.#closed.isSet();
  }

  /** Takes no more connections; those that are open stay, and their handlers go on. A second time does nothing. Does not wait. */
  close(): void {
    if (this.#closed.isSet()) return;
    this.#closed.set();
    for (const listener of this.#listeners) listener.close(() => {});
    this.#listeners.length = 0;
    this.#settleGone();
  }

  /** Closes all connections: what was written to them goes out first. Their handlers go on, and find them closed. */
  closeClients(): void {
    for (const accepted of this.#active) accepted.close();
  }

  /** Aborts all connections. Their handlers go on, and find them closed. */
  abortClients(): void {
    for (const accepted of this.#active) accepted.abort();
  }

  /** Waits until the server is closed and all its connections are gone, their handlers too. A cancel point. */
  waitClosed(): Awaitable<void> {
    return this.#gone.wait() as unknown as Awaitable<void>;
  }

  /**
   * Waits until the server is closed and its connections are gone. Cancelled, it stops the server as the end of the scope would: it closes
   * it, gives the handlers their `grace`, cancels them, waits for them. ConnectionClosedError if the server is closed already. A cancel point.
   */
  serveForever(): Awaitable<void> {
    return coroutine(serveForever, this);
  }

  /** How many connections came, and what became of them. */
  statistics(): ServerStatistics {
    return {
      connections: this.#active.size,
      accepted: this.#accepted,
      refused: this.#refused,
      failed: this.#failed,
      lost: this.#lost,
      failedHandshakes: this.#failedHandshakes,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Not shielded: a handler that ends its own server would otherwise wait for itself.
    await coroutine(shutDown, this);
  }

  /** @internal Ends it all: what the end of the scope does. */
  stop(): Awaitable<void> {
    return coroutine(stopServer, this);
  }

  /** @internal */
  listening(listener: NetworkListener): void {
    this.#listeners.push(listener);
  }

  /** @internal A connection has come, at any time from the first listener's start. */
  readonly take = (transport: Transport): void => {
    this.#acceptFails = false;
    const { maxConnections = Infinity } = this.init.options;
    if (this.#closed.isSet()) transport.abort();
    else if (this.#active.size >= maxConnections) {
      this.#refused++;
      transport.abort();
    } else {
      const accepted = new Accepted(this, transport);
      this.#active.add(accepted);
      this.#incoming.putNowait(accepted);
    }
  };

  /** @internal The listener goes on: as when the process has no descriptors left. */
  readonly acceptFailed = (error: Error): void => {
    if (this.#acceptFails) return;
    this.#acceptFails = true;
    this.#report("a server could not accept a connection", error);
  };

  /** @internal Waits for connections, each of which gets a task. */
  *accept(group: CancellableTaskGroup): Coroutine<void> {
    if (this.cancelling) return;
    this.#group = group;
    for (;;) {
      const accepted = yield* this.#incoming.get();
      this.#accepted++;
      accepted.task = group.spawn(connection, accepted) as Task<unknown>;
    }
  }

  /** @internal */
  ended(accepted: Accepted): void {
    this.#active.delete(accepted);
    this.#settleGone();
  }

  /** @internal `lost`: its peer has gone, which is no mistake of this program's. */
  handlerFailed(error: unknown, failed: Connection, lost: boolean): void {
    const { onError } = this.init.options;
    if (lost) this.#lost++;
    else this.#failed++;
    if (onError !== undefined) this.#tell(error, () => onError(error, failed));
    else if (!lost) this.#report(`the handler of ${failed.link.what} failed`, error);
  }

  /** @internal */
  handshakeFailed(error: unknown): void {
    this.#failedHandshakes++;
    const { onHandshakeError } = this.init.options;
    if (onHandshakeError !== undefined) this.#tell(error, onHandshakeError);
  }

  #tell(error: unknown, listener: (error: unknown) => void): void {
    try {
      listener(error);
    } catch (failure) {
      this.#report("the function that a server tells of its errors failed", failure);
    }
  }

  #report(message: string, error: unknown): void {
    this.#loop.callExceptionHandler({ message, error });
  }

  #settleGone(): void {
    if (!this.#closed.isSet() || this.#active.size > 0) return;
    this.#gone.set();
    this.#stop.set();
  }

  /** @internal Waits until the server is to stop; then stops it. */
  *watch(group: TaskGroup): Coroutine<void> {
    // Behind a shield: where the run ends, the handlers have their grace all the same.
    group.spawn({ name: "server connections" }, acceptAll, this);
    try {
      yield* this.#stop.wait();
    } finally {
      yield* shield(() => this.windDown(), { timeout: Infinity });
    }
  }

  /** @internal */
  *windDown(): Coroutine<void> {
    this.close();
    const { grace = 250 } = this.init.options;
    if (!this.#gone.isSet() && grace > 0) yield* moveOnAfter(grace, () => this.#gone.wait());
    this.cancelling = true;
    this.#group?.cancel("the server was stopped");
  }

  /** @internal Everything has ended. */
  finished(): void {
    // Its task may have been cancelled before it began.
    this.close();
    // No task is left: these never had one.
    for (const { transport } of this.#active) transport.abort();
    this.#active.clear();
    this.#settleGone();
    this.disown?.();
    this.disown = null;
    this.#done.set();
  }

  /** @internal */
  *shutDown(): Coroutine<void> {
    this.#stop.set();
    yield* this.#done.wait();
  }

  /** @internal */
  *forever(): Coroutine<void> {
    if (this.#closed.isSet()) throw new ConnectionClosedError("Cannot serve: the server is closed");
    try {
      yield* this.#gone.wait();
    } catch (error) {
      if (error instanceof CancelledError) yield* this.stop();
      throw error;
    }
  }
}

/** The run owns the server's tasks: they live as long as the scope that started it, which need not be a group. */
export function* runServer(server: Server): Coroutine<void> {
  try {
    yield* taskGroup((group) => server.watch(group));
  } finally {
    server.finished();
  }
}

function* acceptAll(server: Server): Coroutine<void> {
  yield* shield(() => taskGroup({ cancellable: true }, (group) => server.accept(group)), {
    timeout: Infinity,
  });
}

function* shutDown(server: Server): Coroutine<void> {
  yield* server.shutDown();
}

function* stopServer(server: Server): Coroutine<void> {
  yield* shield(() => server.shutDown(), { timeout: Infinity });
}

function* serveForever(server: Server): Coroutine<void> {
  yield* server.forever();
}
