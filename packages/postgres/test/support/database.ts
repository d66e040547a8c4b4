// What most tests need: the address of the server, a run around the test, and a look at the server from outside.

import { inject } from "vitest";
import { run } from "corio";
import type { Scope, Unwrap } from "corio";
import { connect } from "../../src/index.ts";
import type { ConnectOptions, Connection } from "../../src/index.ts";
import type {} from "./global-setup.ts";

/** Options for the superuser over TCP. */
export function serverOptions(more: ConnectOptions = {}): ConnectOptions {
  const { host, port, user, database } = inject("postgres");
  return { host, port, user, database, sslmode: "disable", ...more };
}

/** Options for the superuser over the Unix socket. */
export function socketOptions(more: ConnectOptions = {}): ConnectOptions {
  const { socketDirectory, port, user, database } = inject("postgres");
  return { host: socketDirectory, port, user, database, ...more };
}

/** A test in the async dialect with a connection of its own. */
export function withConnection(
  body: (connection: Connection, scope: Scope) => Promise<unknown>,
): () => Promise<void> {
  return async () => {
    await run(async (scope) => {
      await body(await connect(serverOptions()), scope);
    });
  };
}

/** Both dialects for one piece of code: the generator is run as a coroutine, the async function as a guest. */
export function inRun<R>(body: (scope: Scope) => R): () => Promise<Unwrap<R>> {
  return () => Promise.resolve(run(body) as unknown as PromiseLike<Unwrap<R>>);
}

/** What the call throws. Fails the test when it does not. */
export async function failureOf(
  call: PromiseLike<unknown> | { then: unknown },
): Promise<Error & Record<string, unknown>> {
  try {
    await (call as PromiseLike<unknown>);
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("expected a failure");
}

/** Asks until the answer is as wished; each question goes to the server and back. */
export async function eventually(question: () => Promise<boolean>): Promise<void> {
  while (!(await question()));
}
