// DatagramEndpoint: a UDP socket as something to wait for.
import { InvalidStateError, type Awaitable } from "corio";
import { coroutine } from "corio/lowlevel";
import type { RemoteInfo, Socket } from "node:dgram";
import { connectError } from "../network/connect-errors.ts";
import { asBuffer } from "../streams/as-buffer.ts";
import type { Writable } from "../streams/stream-writer.ts";
import { checkRange } from "./datagram-options.ts";
import { Inbox, NextDatagram, Receive } from "./inbox.ts";
import { groupError, sendDatagram } from "./send-datagram.ts";

/** An end of datagrams: an IP address, never a name, and a port. */
export interface DatagramAddress {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** One message, with where it came from. */
export interface Datagram {
  readonly data: Buffer;
  readonly address: DatagramAddress;
}

/** What has gone through an endpoint. */
export interface DatagramStatistics {
  /** Datagrams that have come, those that were dropped included, and their bytes. */
  readonly received: number;
  readonly bytesReceived: number;
  /** Datagrams that the system has taken, and their bytes. */
  readonly sent: number;
  readonly bytesSent: number;
  /** Datagrams that came when the inbox was full. What the system itself drops, nobody counts here. */
  readonly dropped: number;
  /** Datagrams that wait to be received. */
  readonly inbox: number;
  /** Tasks that wait to receive. */
  readonly waiting: number;
}

/** @internal */
export interface DatagramInit {
  readonly socket: Socket;
  readonly localAddress: DatagramAddress;
  readonly remoteAddress: DatagramAddress | null;
  readonly inbox: number;
  readonly onDrop: ((datagram: Datagram) => void) | undefined;
  /** Told what `onDrop` throws. */
  readonly onError: (error: unknown) => void;
}

/**
 * An end for datagrams over UDP: `asyncio.create_datagram_endpoint`, with `receive` instead of a protocol. Made by `createDatagramEndpoint`,
 * belongs to the scope that made it, and is closed with it. Datagrams may be lost, doubled, or come in another order: that is UDP.
 */
export class DatagramEndpoint implements Disposable {
  readonly localAddress: DatagramAddress;
  /** The only peer; null where there is none. */
  readonly remoteAddress: DatagramAddress | null;
  /** @internal */
  readonly socket: Socket;
  readonly #inbox: Inbox;
  readonly #onDrop: ((datagram: Datagram) => void) | undefined;
  readonly #onError: (error: unknown) => void;
  /** @internal */
  onClosed: (() => void) | null = null;
  #received = 0;
  #bytesReceived = 0;
  #dropped = 0;
  #sent = 0;
  #bytesSent = 0;

  /** @internal */
  constructor({ socket, localAddress, remoteAddress, inbox, onDrop, onError }: DatagramInit) {
    this.socket = socket;
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
    this.#inbox = new Inbox(inbox, `the endpoint at ${localAddress.host} port ${localAddress.port}`);
    this.#onDrop = onDrop;
    this.#onError = onError;
    socket.on("message", this.#onMessage);
    socket.on("error", this.#onFailure);
  }

  /** What this is, for messages. @internal */
  get what(): string {
    return this.#inbox.what;
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#inbox.closed;
  }

  /**
   * Waits for a datagram and gives it: who waits longest, first. On an endpoint with a `remote` it throws a ConnectionRefusedError when
   * the peer's machine says that nobody listens there; the next call waits again. DatagramClosedError. A cancel point; a cancelled one takes
   * nothing.
   */
  receive(): Awaitable<Datagram> {
    return new Receive(this.#inbox) as unknown as Awaitable<Datagram>;
  }

  /** A datagram that is there already, or undefined. Throws as `receive`. */
  tryReceive(): Datagram | undefined {
    if (this.#inbox.closed) throw this.#inbox.closedError("receive");
    return this.#inbox.take();
  }

  /** Each datagram as it comes, until the endpoint is closed. A coroutine takes them with the runtime's `forEach`. */
  [Symbol.asyncIterator](): AsyncIterator<Datagram, undefined> {
    const inbox = this.#inbox;
    // An Awaitable stands for the promise: `for await` takes both.
    return { next: () => new NextDatagram(inbox) as never };
  }

  /**
   * Sends to the `remote` of the endpoint, and waits until the system has taken it; whether it arrives, nobody knows. MessageTooLongError;
   * ConnectionRefusedError when the peer's machine has said of an earlier one that nobody listens there; HostUnreachableError. A cancel point;
   * cancelled, it may have been sent.
   */
  send(data: Writable): Awaitable<void> {
    if (this.remoteAddress === null) {
      throw new InvalidStateError(
        `Cannot send on ${this.what} without an address: it was made without remote. Use sendTo`,
      );
    }
    return coroutine(sendDatagram, this, asBuffer(data), null);
  }

  /** Sends to an address; names are not looked up: `getaddrinfo` does. Otherwise as `send`. A cancel point. */
  sendTo(data: Writable, to: { readonly host: string; readonly port: number }): Awaitable<void> {
    if (this.remoteAddress !== null) {
      throw new InvalidStateError(
        `Cannot send on ${this.what} to any address: it was made with a remote. Use send`,
      );
    }
    if (typeof to !== "object" || to === null)
      throw new TypeError(`Cannot send on ${this.what}: expected { host, port }, got ${String(to)}`);
    return coroutine(sendDatagram, this, asBuffer(data), to);
  }

  /**
   * Becomes a member of a multicast group: what is sent to it is received. `interface`: the address of the one to listen on (for IPv6
   * `"::%eth0"`); `source`: only what this address sends.
   */
  joinGroup(group: string, options: GroupOptions = {}): void {
    this.#group("join", group, options);
  }

  /** Stops being a member, with the same options as `joinGroup`. All end with the endpoint. */
  leaveGroup(group: string, options: GroupOptions = {}): void {
    this.#group("leave", group, options);
  }

  #group(action: "join" | "leave", group: string, options: GroupOptions): void {
    const { interface: on, source } = options;
    this.#change(`${action} the group ${group}`, (socket) => {
      if (source === undefined) {
        if (action === "join") socket.addMembership(group, on);
        else socket.dropMembership(group, on);
      } else if (action === "join") socket.addSourceSpecificMembership(source, group, on);
      else socket.dropSourceSpecificMembership(source, group, on);
    });
  }

  /** See `DatagramOptions.broadcast`. */
  setBroadcast(on: boolean): void {
    this.#change("set broadcast", (socket) => socket.setBroadcast(on));
  }

  /** See `DatagramOptions.ttl`. */
  setTtl(ttl: number): void {
    checkRange("ttl", ttl, 1);
    this.#change("set the ttl", (socket) => void socket.setTTL(ttl));
  }

  /** See `DatagramOptions.multicastTtl`. */
  setMulticastTtl(ttl: number): void {
    checkRange("multicastTtl", ttl, 0);
    this.#change("set the ttl for groups", (socket) => void socket.setMulticastTTL(ttl));
  }

  /** See `DatagramOptions.multicastLoopback`. */
  setMulticastLoopback(on: boolean): void {
    this.#change("set the loopback for groups", (socket) => void socket.setMulticastLoopback(on));
  }

  /** See `DatagramOptions.multicastInterface`. */
  setMulticastInterface(address: string): void {
    this.#change("set the interface for groups", (socket) => socket.setMulticastInterface(address));
  }

  #change(what: string, change: (socket: Socket) => void): void {
    if (this.closed) throw this.#inbox.closedError(what);
    try {
      change(this.socket);
    } catch (error) {
      throw groupError(error, what, this.what);
    }
  }

  /** Closes at once: the descriptor is free when it returns. Who waits gets a DatagramClosedError; what was not received is lost. */
  close(): void {
    if (this.closed) return;
    this.#inbox.close();
    this.socket.off("message", this.#onMessage);
    this.socket.close();
    this.onClosed?.();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** How many datagrams came and went, waited, and were dropped. */
  statistics(): DatagramStatistics {
    return {
      received: this.#received,
      bytesReceived: this.#bytesReceived,
      sent: this.#sent,
      bytesSent: this.#bytesSent,
      dropped: this.#dropped,
      inbox: this.#inbox.length,
      waiting: this.#inbox.receivers.size,
    };
  }

  /** @internal */
  sentBytes(count: number): void {
    this.#sent++;
    this.#bytesSent += count;
  }

  readonly #onMessage = (data: Buffer, from: RemoteInfo): void => {
    const address: DatagramAddress = {
      host: from.address,
      port: from.port,
      family: from.family === "IPv6" ? 6 : 4,
    };
    const datagram: Datagram = { data, address };
    this.#received++;
    this.#bytesReceived += data.length;
    if (this.#inbox.put(datagram)) return;
    this.#dropped++;
    try {
      this.#onDrop?.(datagram);
    } catch (error) {
      this.#onError(error);
    }
  };

  /** What the system tells of a datagram that was sent before: that nobody takes it. */
  readonly #onFailure = (error: Error): void => {
    if (this.closed) return;
    const place = this.remoteAddress ?? this.localAddress;
    // One that finds no room is told by the next that does.
    this.#inbox.put(connectError(error, place, "send to") as Error);
  };
}

/** Which part of a multicast group is meant: see `joinGroup`. */
export interface GroupOptions {
  readonly interface?: string | undefined;
  readonly source?: string | undefined;
}
