// A request whose body was not read to its end when the response is ready. Closing a connection with unread bytes on it
// makes the kernel send a reset, and the client may lose the response: so some more is read, and dropped, first.

import type { IncomingMessage } from "node:http";
import type { Coroutine, Scope } from "corio";
import { moveOnAfter } from "corio";
import { ClientDisconnectedError } from "../errors.ts";
import { IncomingSource, hasBody } from "./incoming-source.ts";

/** A rest up to this length is read, so that the connection can be used again. */
const SHORT_REST = 64 * 1024;
const LINGER_BYTES = 1024 * 1024;
const LINGER_TIME = 2_000;

/** What to do about the body of the request: nothing, drop it, or linger and then close. */
export type Rest = "none" | "short" | "long";

export function restOf(message: IncomingMessage): Rest {
  if (message.complete || !hasBody(message)) return "none";
  const length = message.headers["content-length"];
  return length !== undefined && Number(length) <= SHORT_REST ? "short" : "long";
}

/** Reads and drops what the client still sends, for a while and up to a limit. */
export function* linger(message: IncomingMessage): Coroutine<void> {
  try {
    yield* moveOnAfter(LINGER_TIME, drop, message);
  } catch (error) {
    if (!(error instanceof ClientDisconnectedError)) throw error;
  }
}

function* drop(_scope: Scope, message: IncomingMessage): Coroutine<void> {
  const source = new IncomingSource(message);
  let size = 0;
  while (size < LINGER_BYTES) {
    const chunk = yield* source.pull();
    if (chunk === null) return;
    size += chunk.byteLength;
  }
}
