// One end of a simulated connection: the transport that a program is given.

import { Context } from "corio";
import type { NetworkAddress, Transport, TransportHandlers } from "corio/lowlevel";
import type { Channel, ChannelOwner } from "./channel.ts";
import type { SimulatedConnection } from "./connection.ts";
import { Inflow, type InflowOwner } from "./inflow.ts";
import { type NetworkErrorCode, transferError } from "./node-errors.ts";
import type { Chunking } from "./options.ts";
import { Outflow, type Receiver } from "./outflow.ts";
import type { NetworkRun } from "./run.ts";

export interface EndpointPlace {
  /** The name of its host. */
  readonly host: string;
  readonly local: NetworkAddress | null;
  readonly remote: NetworkAddress | null;
  /** For the log: `client:49152`. */
  readonly name: string;
}

/** A transport whose bytes may be taken over by another one, which takes its place. */
export interface Replaceable extends Transport {
  readonly connection: SimulatedConnection;
  /** For the log. */
  readonly localName: string;
  takeOver(handlers: TransportHandlers): void;
  /** Calls the function, as it would a handler, when what goes on now is over. */
  soon(what: () => void): void;
  /** Ends in order, without the program, which need not close it any more. */
  linger(): void;
}

const nobody: TransportHandlers = { onBytes() {}, onEnd() {}, onDrain() {}, onClose() {} };

export class Endpoint implements Replaceable, Receiver, InflowOwner, ChannelOwner {
  readonly place: EndpointPlace;
  /** Given to a program, which has to close it. */
  owned = false;
  closed = false;
  /** Of whoever connects or listens: the handlers run in it. */
  context: Context = new Context();
  peer!: Endpoint;
  readonly connection: SimulatedConnection;
  readonly #run: NetworkRun;
  readonly #channel: Channel;
  readonly #in: Inflow;
  #out!: Outflow;
  #handlers: TransportHandlers | null = null;
  #paused = false;
  /** Whether what comes is of no interest any more. */
  #deaf = false;
  /** Whether bytes came that no program will see. */
  #unheard = false;
  /** Why it was closed, until the program is told. */
  #lastWord: { readonly error: Error | null } | null = null;

  constructor(run: NetworkRun, connection: SimulatedConnection, place: EndpointPlace, to: string) {
    this.#run = run;
    this.connection = connection;
    this.place = place;
    this.#channel = run.channel(place.host, to, this);
    this.#in = new Inflow(this, run.agenda, run.random);
  }

  /** Joins two ends. */
  join(peer: Endpoint): void {
    this.peer = peer;
    this.#out = new Outflow(this.#channel, peer, () => this.soon(() => this.#tellDrained()));
  }

  get localName(): string {
    return this.place.name;
  }

  get localAddress(): NetworkAddress | null {
    return this.place.local;
  }

  get remoteAddress(): NetworkAddress | null {
    return this.place.remote;
  }

  get underlying(): unknown {
    return this.connection;
  }

  get pendingBytes(): number {
    return this.#out.pendingBytes;
  }

  get channel(): Channel {
    return this.#channel;
  }

  attach(handlers: TransportHandlers): void {
    if (this.#handlers === null) this.takeOver(handlers);
  }

  takeOver(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    this.#paused = false;
    this.#in.wake();
    if (this.#lastWord !== null) this.soon(() => this.#tellClosed());
  }

  soon(what: () => void): void {
    this.#run.agenda.soon(() => this.#run.whenThawed(this.place.host, () => this.context.run(what)));
  }

  linger(): void {
    this.owned = false;
    this.takeOver(nobody);
    this.end();
  }

  write(bytes: Uint8Array): boolean {
    return this.closed || this.#out.write(bytes);
  }

  setWriteLimits({ low, high }: { readonly low: number; readonly high: number }): void {
    this.#out.setLimits(low, high);
  }

  end(): void {
    if (this.closed) return;
    this.#out.end();
    this.#checkClosed();
  }

  close(): void {
    if (this.closed || this.#deaf) return;
    this.#deaf = true;
    this.#unheard = this.#in.unread;
    this.#in.clear();
    if (this.#out.ended) this.#leave(true);
    else this.#out.flush(() => this.#leave(false));
  }

  /** All is said, and nobody listens. A machine that was sent what nobody read answers with a reset. */
  #leave(endSent: boolean): void {
    const { peer } = this;
    this.finish(null);
    if (this.#unheard) this.#sendReset();
    else if (!endSent) this.#channel.send(0, () => peer.endArrives());
  }

  abort(): void {
    if (this.closed) return;
    if (this.owned) this.#note("abort");
    // A Unix socket has no reset: it says so only where bytes were left unread.
    const gently = this.connection.unix && !this.#in.unread;
    const { peer } = this;
    this.finish(null);
    if (gently) this.#channel.send(0, () => peer.endArrives());
    else this.#sendReset();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#in.wake();
  }

  /** The host goes on after a freeze. */
  wake(): void {
    this.#in.wake();
  }

  get chunking(): Chunking {
    return this.peer.channel.link.settings.chunking;
  }

  get ready(): boolean {
    return (
      this.#handlers !== null &&
      !this.#paused &&
      !this.closed &&
      !this.#deaf &&
      !this.#run.isFrozen(this.place.host)
    );
  }

  arrives(bytes: Uint8Array): void {
    if (this.closed) this.#refuse();
    else if (this.#deaf) {
      this.#unheard = true;
      this.peer.#out.taken(bytes.length, this.#channel);
    } else this.#in.put(bytes);
  }

  endArrives(): void {
    if (!this.closed && !this.#deaf) this.#in.putEnd();
  }

  giveBytes(all: Uint8Array): void {
    const bytes = this.connection.limit(all);
    this.#run.log.note("deliver", { ...this.#way(), bytes: bytes.length });
    this.#run.counters.bytes += bytes.length;
    this.peer.#out.taken(bytes.length, this.#channel);
    this.context.run(() => this.#handlers!.onBytes(bytes));
    this.connection.delivered(bytes.length);
  }

  giveEnd(): void {
    this.#run.log.note("end", this.#way());
    this.context.run(() => this.#handlers!.onEnd());
    this.#checkClosed();
  }

  /** What this end sends gets lost from now on. */
  loses(): void {
    this.#channel.blackHole(this.pendingBytes > 0);
  }

  /** The other end says that there is no such connection any more. */
  reset(): void {
    this.fail("ECONNRESET");
  }

  timedOut(): void {
    if (this.owned) this.fail("ETIMEDOUT");
  }

  /** Ends both directions with an error; the other end is told nothing. */
  fail(code: NetworkErrorCode, syscall: "read" | "write" = "read"): void {
    if (this.closed) return;
    if (code === "ECONNRESET") this.#run.counters.reset++;
    if (code === "ETIMEDOUT") this.#run.counters.timedOut++;
    this.#channel.givesUp();
    this.finish(transferError(syscall, code));
  }

  notes(type: "stop" | "drop", bytes: number): void {
    if (type === "drop") this.#run.counters.dropped++;
    else this.#run.counters.stopped++;
    const { id } = this.connection;
    this.#run.log.note(type, { connection: id, from: this.place.name, to: this.peer.place.name, bytes });
  }

  /** What comes for an end that is no more is answered so. */
  #refuse(): void {
    if (!this.connection.unix) this.#sendReset();
    else if (!this.peer.closed) this.peer.fail("EPIPE", "write");
  }

  #sendReset(): void {
    const { peer } = this;
    this.#channel.sendLast(() => peer.reset());
  }

  #checkClosed(): void {
    if (!this.closed && this.#out.ended && this.#in.ended && !this.#deaf) this.finish(null);
  }

  /** Closes the end without a word to the other one. */
  finish(error: Error | null): void {
    if (this.closed) return;
    this.closed = true;
    // What no program had was never there.
    if (this.owned) this.#note("close", (error as { code?: string } | null)?.code ?? "");
    this.#out.clear();
    this.#in.clear();
    this.#lastWord = { error };
    if (this.#handlers !== null) this.soon(() => this.#tellClosed());
    this.connection.closedOne();
  }

  #tellDrained(): void {
    if (!this.closed) this.#handlers?.onDrain();
  }

  #tellClosed(): void {
    const word = this.#lastWord;
    this.#lastWord = null;
    if (word !== null) this.#handlers!.onClose(word.error);
  }

  #note(type: "abort" | "close", detail = ""): void {
    const { id } = this.connection;
    this.#run.log.note(type, { connection: id, from: this.place.name, detail });
  }

  /** From the other end to this one. */
  #way(): { connection: number; from: string; to: string } {
    return { connection: this.connection.id, from: this.peer.place.name, to: this.place.name };
  }
}
