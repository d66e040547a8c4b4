// The three ways to serve an application: for the length of a scope, of a body, of a program.

import type { Awaitable, Coroutine, Unwrap } from "corio";
import { call, currentScope, sleepForever } from "corio";
import { coroutine } from "corio/lowlevel";
import type { Application } from "./application.ts";
import { Server } from "./server.ts";
import type { ServeOptions } from "./server-options.ts";

/** Starts a server that belongs to the current scope: when that closes, the server is shut down. */
export function startServer(app: Application, options: ServeOptions = {}): Awaitable<Server> {
  return coroutine(openServer, app, options);
}

function* openServer(app: Application, options: ServeOptions): Coroutine<Server> {
  const server = new Server(app, options);
  yield* server.open();
  currentScope().defer(() => server.close());
  return server;
}

/** Serves for the length of a body, of either dialect. */
export function withServer<R>(
  app: Application,
  options: ServeOptions,
  body: (server: Server) => R,
): Awaitable<Unwrap<R>> {
  return coroutine(runWithServer<R>, app, options, body);
}

function* runWithServer<R>(
  app: Application,
  options: ServeOptions,
  body: (server: Server) => R,
): Coroutine<Unwrap<R>> {
  const server = new Server(app, options);
  yield* server.open();
  try {
    return yield* call(body, server);
  } finally {
    yield* server.close();
  }
}

export interface RunAppOptions extends ServeOptions {
  /** Told where the server listens. Default: standard output; null for silence. */
  readonly print?: ((line: string) => void) | null;
}

/** Serves until it is cancelled: the body of a `main`. */
export function runApp(app: Application, options: RunAppOptions = {}): Awaitable<never> {
  return withServer(app, options, function* (server: Server): Coroutine<never> {
    const print = options.print === undefined ? printLine : options.print;
    print?.(`Running on ${options.path ?? server.url}`);
    yield* sleepForever();
    throw new Error("unreachable");
  });
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
