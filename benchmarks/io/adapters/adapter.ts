// What a contestant in JavaScript brings: adapters/NAME.ts has one as its default export.
import { readFileSync } from "node:fs";
import type { Awaitable } from "corio";
import { connections, medium, piece, small } from "../benches.ts";

export interface Timer {
  /** Called when the connections stand: from here on it counts. */
  start(): void;
  /** Called before they are closed. */
  stop(): void;
}

/** Does the work of a benchmark, `n` times; gives the value that it is checked by. */
export type Client = (n: number, port: number, timer: Timer) => Promise<number> | Awaitable<number>;

export interface Adapter {
  /** Listens on 127.0.0.1, for as long as the process lives; gives the port. */
  readonly servers: Readonly<Record<"echo" | "tls", () => Promise<number>>>;
  /** By benchmark. */
  readonly clients: Readonly<Record<string, Client>>;
}

export const host = "127.0.0.1";

export const smallMessage: Buffer = Buffer.alloc(small, "s");
export const mediumMessage: Buffer = Buffer.alloc(medium, "m");
export const streamPiece: Buffer = Buffer.alloc(piece, "p");

/** How many of the messages each connection sends. */
export function share(n: number): number {
  if (n % connections !== 0) throw new Error(`${n} messages are no multiple of ${connections}`);
  return n / connections;
}

const fixtures = new URL("../../../packages/io/test/fixtures/tls/", import.meta.url);
const pem = (name: string): Buffer => readFileSync(new URL(name, fixtures));

export const authority = (): Buffer => pem("authority.pem");
export const identity = (): { cert: Buffer; key: Buffer } => ({
  cert: pem("server.pem"),
  key: pem("server.key"),
});
/** The name that the server's certificate is for. */
export const servername = "localhost";
