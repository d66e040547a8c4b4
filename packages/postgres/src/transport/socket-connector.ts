// Opens sockets to a PostgreSQL server: TCP or Unix, with or without TLS, and the short ones that carry a CancelRequest.

import { readFileSync } from "node:fs";
import { connect as connectSocket, isIP } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import type { Coroutine } from "corio";
import { suspend } from "corio/lowlevel";
import { ConnectionError, ConnectionRefused, HostNotFound, ProtocolError, TlsError } from "../errors.ts";
import { cancelRequest, sslRequest } from "../wire/frontend.ts";
import { MessageWriter } from "../wire/message-writer.ts";
import { SocketTransport } from "./socket-transport.ts";
import type { Connector, Transport } from "./transport.ts";

/** A server's address: a host and a port, or the path of a Unix socket. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

export type SslMode = "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";

export interface TlsOptions {
  readonly mode: SslMode;
  /** Further options of `tls.connect`: `ca`, `cert`, `key` ... */
  readonly options?: ConnectionOptions;
  /** Files, as libpq names them. */
  readonly rootCertificate?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** Idle milliseconds before the kernel asks whether the peer is still there. */
const KEEPALIVE = 60_000;
const ENCRYPTED = 0x53;
const PLAIN = 0x4e;

export class SocketConnector implements Connector {
  readonly description: string;
  readonly embedded = false;
  readonly #address: Address;
  readonly #tls: TlsOptions;

  constructor(address: Address, tls: TlsOptions) {
    this.#address = address;
    this.#tls = tls;
    this.description = "path" in address ? address.path : `${address.host}:${address.port}`;
  }

  *open(): Coroutine<Transport> {
    return new SocketTransport(yield* this.#connect());
  }

  *cancel(processId: number, key: Uint8Array): Coroutine<void> {
    const socket = yield* this.#connect();
    const writer = new MessageWriter();
    cancelRequest(writer, processId, key);
    // The server closes when it has passed the signal on; only then can no late cancel come any more.
    yield* suspend<void>((resolve) => {
      socket.on("error", () => {});
      socket.once("close", () => resolve());
      socket.resume();
      socket.write(writer.take());
      return () => socket.destroy();
    });
  }

  *#connect(): Coroutine<Socket> {
    const address = this.#address;
    const socket = yield* suspend<Socket>((resolve, reject) => openSocket(address, resolve, reject));
    const { mode } = this.#tls;
    if (mode === "disable" || mode === "allow" || "path" in address) return socket;
    let answer: number;
    try {
      answer = yield* suspend<number>((resolve, reject) => askForTls(socket, resolve, reject));
      if (answer === PLAIN) {
        if (mode === "prefer") return socket;
        throw new TlsError(`${this.description} offers no TLS, and sslmode is ${mode}`);
      }
      if (answer !== ENCRYPTED)
        throw new ProtocolError(`${this.description} does not speak PostgreSQL's protocol`);
      const options = this.#tlsOptions(socket, address.host);
      return yield* suspend<Socket>((resolve, reject) => encrypt(options, resolve, reject));
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  #tlsOptions(socket: Socket, host: string): ConnectionOptions {
    const { mode, options, rootCertificate, certificate, key } = this.#tls;
    const verifies =
      mode === "verify-ca" || mode === "verify-full" || (mode === "require" && rootCertificate !== undefined);
    return {
      socket,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      host,
      rejectUnauthorized: verifies,
      ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
      ...(rootCertificate === undefined ? {} : { ca: readFileSync(rootCertificate) }),
      ...(certificate === undefined ? {} : { cert: readFileSync(certificate) }),
      ...(key === undefined ? {} : { key: readFileSync(key) }),
      ALPNProtocols: ["postgresql"],
      ...options,
    };
  }
}

type Settle<T> = (value: T) => void;
type Fail = (error: unknown) => void;

function openSocket(address: Address, resolve: Settle<Socket>, reject: Fail): () => void {
  const common = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE };
  const socket = connectSocket("path" in address ? { path: address.path } : { ...address, ...common });
  socket.once("connect", () => {
    socket.removeAllListeners("error");
    socket.on("error", () => {});
    resolve(socket);
  });
  socket.once("error", (error) => reject(connectError(error, address)));
  return () => {
    socket.on("error", () => {});
    socket.destroy();
  };
}

function askForTls(socket: Socket, resolve: Settle<number>, reject: Fail): () => void {
  const writer = new MessageWriter();
  sslRequest(writer);
  const stop = (): void => {
    socket.removeListener("data", onData);
    socket.removeListener("close", onClose);
    socket.pause();
  };
  const onData = (bytes: Buffer): void => {
    stop();
    // More than the one byte, before encryption began, was put there by somebody in between.
    if (bytes.length === 1) resolve(bytes[0]!);
    else reject(new ProtocolError("the server sent more than its answer to the request for TLS"));
  };
  const onClose = (): void => {
    stop();
    reject(new ConnectionError("the server closed the connection when asked for TLS"));
  };
  socket.on("data", onData);
  socket.once("close", onClose);
  socket.write(writer.take());
  return () => {
    stop();
    socket.destroy();
  };
}

function encrypt(options: ConnectionOptions, resolve: Settle<Socket>, reject: Fail): () => void {
  const secure = connectTls(options);
  secure.once("secureConnect", () => {
    secure.removeAllListeners("error");
    secure.on("error", () => {});
    resolve(secure);
  });
  const failed = (error?: Error): void => {
    secure.destroy();
    const reason = error?.message ?? "the server closed the connection";
    reject(new TlsError(`TLS could not be set up: ${reason}`, { cause: error }));
  };
  secure.on("error", failed);
  secure.once("close", () => failed());
  return () => {
    secure.on("error", () => {});
    secure.destroy();
  };
}

function connectError(error: Error, address: Address): ConnectionError {
  const where = "path" in address ? address.path : `${address.host}:${address.port}`;
  const options = { cause: error };
  // An AggregateError has the failures of every address of a name; its code is the first one's.
  switch ((error as NodeJS.ErrnoException).code) {
    case "ECONNREFUSED":
      return new ConnectionRefused(`nothing listens on ${where}: is the server running?`, options);
    case "ENOENT":
      return new ConnectionRefused(`there is no socket ${where}: is the server running?`, options);
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new HostNotFound(`the host name in ${where} does not resolve`, options);
    default:
      return new ConnectionError(`cannot connect to ${where}: ${error.message}`, options);
  }
}
