// How a simulated connection becomes secure: hello, answer and last word, one round trip (two with TLS 1.2), and what may go wrong.

import { X509Certificate } from "node:crypto";
import type { TransportHandlers } from "corio/lowlevel";
import type { Replaceable } from "../endpoint.ts";
import {
  CLIENT_HELLO,
  type ClientHello,
  encodeMessage,
  FINISHED,
  type Finished,
  type Message,
  MessageReader,
  SERVER_HELLO,
  type ServerHello,
  type TlsVersion,
} from "./messages.ts";
import { ALERT, encode, HANDSHAKE, RecordReader } from "./records.ts";
import { alertError, CLOSE_NOTIFY, codedError, sslError } from "./ssl-error.ts";
import { SimulatedTls } from "./tls-end.ts";
import { protocolsOf, type TlsOptions, versionsOf } from "./tls-options.ts";
import { distrust, ownChain, parseCertificates, wrongName } from "./verify.ts";

export type HandshakeDone = (error: Error | null, end: SimulatedTls | null) => void;

/** What both ends have in common. */
export abstract class Handshake implements TransportHandlers {
  /** What has come of the records; what is left in it after the handshake is the program's. */
  readonly records: RecordReader = new RecordReader();
  protected readonly options: TlsOptions;
  protected readonly transport: Replaceable;
  /** What is to come next; null when all is said. */
  protected awaited: number | null;
  protected peer: readonly X509Certificate[] = [];
  protected own: readonly X509Certificate[] = [];
  readonly #messages = new MessageReader();
  #opened = false;
  readonly #done: HandshakeDone;
  #over = false;

  constructor(transport: Replaceable, options: TlsOptions, awaited: number, done: HandshakeDone) {
    this.transport = transport;
    this.options = options;
    this.awaited = awaited;
    this.#done = done;
  }

  /** Says the first word, where it is ours, and goes on with what was read before. */
  begin(early: readonly Uint8Array[]): void {
    for (const bytes of early) this.records.push(bytes);
    this.transport.soon(() => {
      if (!this.#over) this.advance();
    });
  }

  protected abstract receive(message: Message): void;

  protected abstract readonly eof: string;

  onBytes(bytes: Uint8Array): void {
    if (this.#over) return;
    this.records.push(bytes);
    this.advance();
  }

  /** Before the first message. */
  protected open(): void {}

  /** Goes on with what has come. */
  protected advance(): void {
    try {
      if (!this.#opened) {
        this.#opened = true;
        this.open();
      }
      while (!this.#over) {
        const message = this.#messages.next();
        if (message !== null) {
          if (message.type !== this.awaited) throw sslError("unexpected message");
          this.receive(message);
          continue;
        }
        const record = this.records.next();
        if (record === null) return;
        if (record.type === HANDSHAKE) this.#messages.push(record.payload);
        else if (record.type !== ALERT) throw sslError("unexpected message");
        else if (record.payload[1] === CLOSE_NOTIFY) this.onEnd();
        else throw alertError(record.payload[1] ?? 0);
      }
    } catch (error) {
      this.fail(error as Error);
    }
  }

  onEnd(): void {
    this.fail(codedError("ECONNRESET", this.eof));
  }

  onDrain(): void {}

  onClose(error: Error | null): void {
    this.fail(error ?? codedError("ECONNRESET", this.eof));
  }

  /** Ends it; with an alert, the other end is told why. */
  fail(error: Error, alert: number | null = null): void {
    if (this.#over) return;
    this.#over = true;
    if (alert === null) this.transport.abort();
    else {
      this.transport.write(encode(ALERT, Buffer.of(2, alert)));
      this.transport.linger();
    }
    this.#done(error, null);
  }

  undo(): void {
    if (this.#over) return;
    this.#over = true;
    this.transport.abort();
  }

  protected complete(facts: {
    readonly version: TlsVersion;
    readonly alpn: string | false;
    readonly servername: string | false;
    readonly distrust: Error | null;
    readonly authorized: boolean;
    readonly session: string;
    readonly reused: boolean;
  }): void {
    this.#over = true;
    const { version, alpn: alpnProtocol, servername, authorized, reused } = facts;
    const authorizationError = (facts.distrust as { code?: string } | null)?.code ?? null;
    const end = new SimulatedTls({
      connection: this.transport.connection,
      ...{ authorized, authorizationError, alpnProtocol, servername, version, reused },
      own: this.own[0] ?? null,
      peer: this.peer[0] ?? null,
      session: Buffer.from(facts.session),
    });
    this.#done(null, end);
  }

  protected distrustPeer(): Error | null {
    return distrust(this.peer, parseCertificates(this.options.ca), new Date());
  }
}

const toText = (chain: readonly X509Certificate[]): string[] =>
  chain.map((certificate) => certificate.raw.toString("base64"));
const fromText = (chain: readonly string[]): X509Certificate[] =>
  chain.map((text) => new X509Certificate(Buffer.from(text, "base64")));

export class ClientHandshake extends Handshake {
  protected readonly eof = "Client network socket disconnected before secure TLS connection was established";
  #hello: ServerHello | null = null;
  #distrust: Error | null = null;

  constructor(transport: Replaceable, options: TlsOptions, done: HandshakeDone) {
    super(transport, options, SERVER_HELLO, done);
  }

  protected override open(): void {
    const { servername, session, ALPNProtocols } = this.options;
    this.own = ownChain(this.options);
    const hello: ClientHello = {
      servername: servername === undefined || servername === "" ? null : servername,
      alpn: protocolsOf(ALPNProtocols),
      versions: versionsOf(this.options),
      session: session === undefined ? null : Buffer.from(session).toString(),
    };
    this.transport.write(encodeMessage(CLIENT_HELLO, hello));
  }

  protected receive({ type, content }: Message): void {
    if (type === SERVER_HELLO) this.#receiveHello(content as ServerHello);
    else this.#complete();
  }

  #receiveHello(hello: ServerHello): void {
    this.#hello = hello;
    this.peer = fromText(hello.chain);
    const { servername, host, rejectUnauthorized = true, checkServerIdentity } = this.options;
    const remote = this.transport.remoteAddress;
    const name = servername || host || (remote !== null && "host" in remote ? remote.host : "localhost");
    this.#distrust = this.distrustPeer() ?? wrongName(this.peer[0]!, name, checkServerIdentity);
    if (this.#distrust !== null && rejectUnauthorized) return this.fail(this.#distrust);
    const finished: Finished = { chain: hello.wantsCertificate ? toText(this.own) : [] };
    this.transport.write(encodeMessage(FINISHED, finished));
    this.awaited = FINISHED;
    if (hello.version === "TLSv1.3") this.#complete();
  }

  #complete(): void {
    const { version, alpn, reused } = this.#hello!;
    this.complete({
      ...{ version, alpn, reused, distrust: this.#distrust, authorized: this.#distrust === null },
      servername: this.options.servername ?? false,
      session: sessionOf(this.peer),
    });
  }
}

export class ServerHandshake extends Handshake {
  protected readonly eof = "socket hang up";
  #client: ClientHello | null = null;
  #answer: ServerHello | null = null;

  constructor(transport: Replaceable, options: TlsOptions, done: HandshakeDone) {
    super(transport, options, CLIENT_HELLO, done);
  }

  protected override open(): void {
    this.own = ownChain(this.options);
  }

  protected receive({ type, content }: Message): void {
    if (type === FINISHED) return this.#receiveFinished(content as Finished);
    const hello = content as ClientHello;
    this.#client = hello;
    this.awaited = FINISHED;
    const { SNICallback } = this.options;
    if (SNICallback === undefined || hello.servername === null) return this.#answerHello(hello);
    SNICallback(hello.servername, (error, secureContext) => {
      if (error !== null && error !== undefined) return this.fail(error);
      if (secureContext !== undefined && secureContext !== null) this.own = ownChain({ secureContext });
      this.#answerHello(hello);
    });
  }

  #answerHello({ versions, alpn, servername, session }: ClientHello): void {
    const version = versionsOf(this.options).find((one) => versions.includes(one));
    if (version === undefined) return this.fail(sslError("unsupported protocol"), 70);
    if (this.own.length === 0) return this.fail(sslError("no suitable signature algorithm"), 40);
    const chosen = this.#choose(alpn, servername ?? "");
    if (chosen === null) return this.fail(sslError("no application protocol"), 120);
    this.#answer = {
      ...{ version, alpn: chosen, chain: toText(this.own) },
      wantsCertificate: this.options.requestCert === true,
      reused: session === sessionOf(this.own),
    };
    this.transport.write(encodeMessage(SERVER_HELLO, this.#answer));
  }

  /** False: none; null: there is none in common. */
  #choose(offered: readonly string[] | null, servername: string): string | false | null {
    const { ALPNCallback, ALPNProtocols } = this.options;
    if (offered === null) return false;
    if (ALPNCallback !== undefined) return ALPNCallback({ servername, protocols: [...offered] }) ?? null;
    const own = protocolsOf(ALPNProtocols);
    return own === null ? false : (own.find((protocol) => offered.includes(protocol)) ?? null);
  }

  #receiveFinished({ chain }: Finished): void {
    const { requestCert = false, rejectUnauthorized = true } = this.options;
    const { version, alpn, reused } = this.#answer!;
    this.peer = fromText(chain);
    const distrusted = requestCert ? this.distrustPeer() : null;
    if (distrusted !== null && rejectUnauthorized) {
      // A bad one gets a reset: node has no alert for it.
      if (chain.length > 0) return this.fail(distrusted);
      return this.fail(sslError("peer did not return a certificate"), version === "TLSv1.3" ? 116 : 40);
    }
    if (version === "TLSv1.2") this.transport.write(encodeMessage(FINISHED, { chain: [] }));
    this.complete({
      ...{ version, alpn, reused, distrust: distrusted, authorized: requestCert && distrusted === null },
      servername: this.#client!.servername ?? false,
      session: sessionOf(this.own),
    });
  }
}

function sessionOf(chain: readonly X509Certificate[]): string {
  return `simulated session with ${chain[0]?.fingerprint256 ?? "nobody"}`;
}
