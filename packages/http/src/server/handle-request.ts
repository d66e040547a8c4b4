// One request from its arrival to the last byte of its response: the body of the task that it gets.

import type { IncomingMessage, ServerResponse } from "node:http";
import { inspect } from "node:util";
import type { Coroutine } from "corio";
import { CancelledError, currentScope } from "corio";
import { ClientDisconnectedError, HttpBadRequest, HttpError } from "../errors.ts";
import type { Application, Dispatch } from "./application.ts";
import { Request } from "./request.ts";
import type { RequestPath } from "./request-path.ts";
import { respond } from "./respond.ts";
import type { Response } from "./response.ts";
import { errorResponse, text } from "./response.ts";

export interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: RequestPath;
  readonly dispatch: Dispatch;
  /** Asked when the response is ready: by then the server may be shutting down. */
  readonly keepAlive: () => boolean;
}

/** Never fails: what a handler throws becomes a response, or, once that has begun, the end of the connection. */
export function* handleRequest(app: Application, exchange: Exchange): Coroutine<void> {
  const { message, response, path, dispatch } = exchange;
  const parts = { message, path, scope: currentScope(), clientMaxSize: app.clientMaxSize };
  const request = new Request(parts, dispatch.params);
  let answer: Response | null = null;
  let complete = false;
  try {
    answer = yield* answerOf(app, dispatch, request);
    // An upgrade that was not taken may have bytes behind it, which must not be read as a request.
    if (!exchange.keepAlive() || message.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    yield* respond(message, response, answer);
    complete = true;
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    if (!(error instanceof ClientDisconnectedError)) {
      report(app, error, request);
      if (!response.headersSent) complete = yield* apologize(message, response);
    }
  } finally {
    if (!complete) breakOff(message, response, answer);
  }
}

/** Closes the connection so that a response which broke off does not look like one that ended. */
function breakOff(message: IncomingMessage, response: ServerResponse, answer: Response | null): void {
  const { socket } = message;
  // Without chunks or a length the end of the connection is the end of the body: only a reset tells them apart.
  const delimited =
    response.chunkedEncoding || answer?.headers.has("content-length") === true || !response.headersSent;
  // What was written is sent, in so far as the system takes it at once.
  while (socket.writableCorked > 0) socket.uncork();
  if (delimited) socket.destroy();
  else socket.resetAndDestroy();
}

/** In place of a response that could not be written. */
function* apologize(message: IncomingMessage, response: ServerResponse): Coroutine<boolean> {
  // A reason phrase that was refused would be refused again.
  response.statusMessage = "";
  response.shouldKeepAlive = false;
  try {
    yield* respond(message, response, internalError());
    return true;
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    return false;
  }
}

function* answerOf(app: Application, dispatch: Dispatch, request: Request): Coroutine<Response> {
  try {
    return yield* dispatch.respond(request);
  } catch (error) {
    if (error instanceof HttpError) return errorResponse(error);
    if (error instanceof CancelledError || error instanceof ClientDisconnectedError) throw error;
    report(app, error, request);
    return internalError();
  }
}

function report(app: Application, error: unknown, request: Request): void {
  try {
    app.onError(error, request);
  } catch (second) {
    process.stderr.write(`onError failed: ${inspect(second)}\n`);
  }
}

function internalError(): Response {
  return text("Internal Server Error\n", { status: 500 });
}

/** A response for what never reaches a handler. */
export function refusal(status: number, message: string): Response {
  return errorResponse(status === 400 ? new HttpBadRequest(message) : new HttpError(status, message));
}
