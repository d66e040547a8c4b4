// Application: routes and middlewares, and the way from a request to a response. It knows no sockets: see server.ts.

import { inspect } from "node:util";
import type { Awaitable, Coroutine } from "corio";
import { call } from "corio";
import { coroutine } from "corio/lowlevel";
import { HttpMethodNotAllowed, HttpNotFound } from "../errors.ts";
import type { Request } from "./request.ts";
import { Response, toResponse } from "./response.ts";
import type { PathParams } from "./route-pattern.ts";
import { ANY_METHOD, Router } from "./router.ts";
import { staticHandler } from "./static.ts";
import type { StaticOptions } from "./static.ts";

/**
 * A handler of either dialect. What it returns is made a response: a {@link Response}, text, bytes, an async iterable that
 * is streamed, null for 204, anything else as JSON. What it throws is a response when it is an `HttpError`, else a 500.
 */
export type Handler<P = Readonly<Record<string, string>>> = (request: Request<P>) => unknown;

/** The rest of the chain, as a middleware is given it. */
export type NextHandler = (request: Request) => Awaitable<Response>;

/** Wraps every handler, and the 404 and 405 too. The first one given is the outermost. */
export type Middleware = (request: Request, handler: NextHandler) => unknown;

/** What happens to a handler whose client has gone: it is cancelled, or runs on. */
export type OnDisconnect = "cancel" | "shield";

export interface RouteOptions {
  /** Default: that of the application. */
  readonly onDisconnect?: OnDisconnect;
}

export interface ApplicationOptions {
  /** Most bytes that `read()`, `text()` and `json()` of a request take. Default 1 MiB. */
  readonly clientMaxSize?: number;
  readonly middlewares?: readonly Middleware[];
  /** Default: "cancel" for GET, HEAD and OPTIONS, "shield" for methods that change something. */
  readonly onDisconnect?: OnDisconnect;
  /** Told of every error that became a 500, or broke a response off. Default: to standard error. */
  readonly onError?: (error: unknown, request: Request) => void;
}

interface Target {
  readonly handler: Handler;
  readonly options: RouteOptions;
}

/** A route that was looked up. */
export interface Dispatch {
  readonly onDisconnect: OnDisconnect;
  readonly params: Readonly<Record<string, string>>;
  /** Runs the middlewares and the handler. */
  readonly respond: (request: Request) => Coroutine<Response>;
}

const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(
  Object.create(null) as Record<string, string>,
);
const NO_OPTIONS: RouteOptions = {};

export class Application {
  readonly #router = new Router<Target>();
  readonly #middlewares: Middleware[];
  readonly #onDisconnect: OnDisconnect | undefined;
  readonly clientMaxSize: number;
  readonly onError: (error: unknown, request: Request) => void;

  constructor(options: ApplicationOptions = {}) {
    this.#middlewares = [...(options.middlewares ?? [])];
    this.#onDisconnect = options.onDisconnect;
    this.clientMaxSize = options.clientMaxSize ?? 1024 * 1024;
    this.onError = options.onError ?? reportError;
  }

  /** Adds a route; the method `"*"` answers all that have none of their own. @throws {InvalidRouteError} */
  route<const P extends string>(
    method: string,
    pattern: P,
    handler: Handler<PathParams<P>>,
    options?: RouteOptions,
  ): this {
    const target = { handler: handler as Handler, options: options ?? NO_OPTIONS };
    this.#router.add(method === ANY_METHOD ? method : method.toUpperCase(), pattern, target);
    return this;
  }

  /** Answers HEAD, too. */
  get<const P extends string>(pattern: P, handler: Handler<PathParams<P>>, options?: RouteOptions): this {
    return this.route("GET", pattern, handler, options);
  }

  head<const P extends string>(pattern: P, handler: Handler<PathParams<P>>, options?: RouteOptions): this {
    return this.route("HEAD", pattern, handler, options);
  }

  post<const P extends string>(pattern: P, handler: Handler<PathParams<P>>, options?: RouteOptions): this {
    return this.route("POST", pattern, handler, options);
  }

  put<const P extends string>(pattern: P, handler: Handler<PathParams<P>>, options?: RouteOptions): this {
    return this.route("PUT", pattern, handler, options);
  }

  patch<const P extends string>(pattern: P, handler: Handler<PathParams<P>>, options?: RouteOptions): this {
    return this.route("PATCH", pattern, handler, options);
  }

  delete<const P extends string>(pattern: P, handler: Handler<PathParams<P>>, options?: RouteOptions): this {
    return this.route("DELETE", pattern, handler, options);
  }

  options<const P extends string>(pattern: P, handler: Handler<PathParams<P>>, options?: RouteOptions): this {
    return this.route("OPTIONS", pattern, handler, options);
  }

  /** Serves the files of a directory below a path. See {@link StaticOptions}. */
  static(prefix: string, directory: string, options?: StaticOptions): this {
    const pattern = prefix.endsWith("/") ? `${prefix}*` : `${prefix}/*`;
    return this.route("GET", pattern, staticHandler(directory, options ?? {}) as Handler);
  }

  /** Adds a middleware inside those that are there. */
  use(middleware: Middleware): this {
    this.#middlewares.push(middleware);
    return this;
  }

  /** @internal */
  dispatch(method: string, segments: readonly string[]): Dispatch {
    const match = this.#router.match(method, segments);
    const onDisconnect = this.#onDisconnect ?? (SAFE.has(method) ? "cancel" : "shield");
    if (match.kind === "found") {
      const { handler, options } = match.route.handler;
      return {
        onDisconnect: options.onDisconnect ?? onDisconnect,
        params: match.params,
        respond: (request) => this.#respond(handler, request),
      };
    }
    const error = match.kind === "none" ? new HttpNotFound() : new HttpMethodNotAllowed(match.allowed);
    const refuse = (): never => {
      throw error;
    };
    return { onDisconnect, params: NO_PARAMS, respond: (request) => this.#respond(refuse, request) };
  }

  #respond(handler: Handler, request: Request): Coroutine<Response> {
    if (this.#middlewares.length === 0) return runHandler(handler, request);
    return runMiddleware(this.#middlewares, 0, handler, request);
  }
}

function* runHandler(handler: Handler, request: Request): Coroutine<Response> {
  return fromResult(yield* call(invoke, handler, request));
}

function* runMiddleware(
  middlewares: readonly Middleware[],
  index: number,
  handler: Handler,
  request: Request,
): Coroutine<Response> {
  const middleware = middlewares[index];
  if (middleware === undefined) return yield* runHandler(handler, request);
  const next: NextHandler = (inner) => coroutine(runMiddleware, middlewares, index + 1, handler, inner);
  return fromResult(
    yield* call(invoke, middleware as (request: Request, next: NextHandler) => unknown, request, next),
  );
}

// An async generator is a stream to send, not a body to run: wrapped, it passes through the call untouched.
class Stream {
  readonly iterable: AsyncIterable<string | Uint8Array>;
  constructor(iterable: AsyncIterable<string | Uint8Array>) {
    this.iterable = iterable;
  }
}

function invoke<A extends readonly unknown[]>(fn: (...args: A) => unknown, ...args: A): unknown {
  const result = fn(...args);
  const stream =
    typeof result === "object" && result !== null && Symbol.asyncIterator in result && !("then" in result);
  return stream ? new Stream(result as AsyncIterable<string | Uint8Array>) : result;
}

function fromResult(result: unknown): Response {
  return result instanceof Stream ? new Response(result.iterable) : toResponse(result);
}

function reportError(error: unknown, request: Request): void {
  process.stderr.write(`${request.method} ${request.rawPath}: ${inspect(error)}\n`);
}
