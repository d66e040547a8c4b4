// Which scope the running code is in.

import { host as defaultHost } from "#host";
import type { Host } from "../host/port.ts";
import { NoRunError, ScopeClosedError } from "../errors.ts";
import { explicitScope, type ScopeNode } from "./scope.ts";
import { current } from "./strand.ts";

const REFUSALS = 100;

/** Every host follows async code by the same means, so the default one can be asked for all of them. */
const host: Host = defaultHost;

/** False in browsers: an async function that asks where it is gets no answer there. */
const followsAsyncCode = host.captureContext() !== null;

const noRun = `Cannot wait here: no run is active${
  followsAsyncCode
    ? ". Start one with main() or run()"
    : ", or none that this host can find: wait with scope.wait()"
}`;

/** The scope of the running step, or of the async code that asks. */
export function scopeHere(): ScopeNode {
  const strand = current.strand;
  if (strand !== null) return strand.at;
  if (explicitScope.current !== null) return explicitScope.current;
  const token = host.currentToken();
  if (token === undefined) throw new NoRunError(noRun);
  if (token.scope === null) {
    throw new ScopeClosedError("Cannot wait here: the block that this code was started in has ended");
  }
  return token.scope as ScopeNode;
}

/** As `scopeHere`, or null outside any run. */
export function scopeHereOrNull(): ScopeNode | null {
  if (current.strand !== null) return current.strand.at;
  return explicitScope.current ?? (host.currentToken()?.scope as ScopeNode | null | undefined) ?? null;
}

/** As `scopeHere`, or null for an async function that the host cannot follow: who calls is then not known. */
export function scopeHereIfKnown(): ScopeNode | null {
  const strand = current.strand;
  if (strand !== null) return strand.at;
  return followsAsyncCode ? scopeHere() : explicitScope.current;
}

/** A wait is answered by both callbacks or not at all: `then` is for `await`, not for chains. */
export function assertCallbacks(resolve: unknown, reject: unknown): void {
  if (typeof resolve !== "function" || typeof reject !== "function") {
    throw new TypeError("Cannot call then() of an Awaitable without both callbacks: await it instead");
  }
}

/**
 * Refuses a wait that could not begin. Code whose block has ended is refused in a later turn, and in the end not answered at all:
 * a loop that catches everything would otherwise go on for ever, and keep the process from everything else.
 */
export function refuse(reject: (error: unknown) => unknown, error: unknown): void {
  const token = current.strand === null && explicitScope.current === null ? host.currentToken() : undefined;
  if (token === undefined || token.scope !== null) {
    reject(error);
    return;
  }
  if (++token.refused > REFUSALS) return;
  host.queueTurn(() => reject(error));
}
