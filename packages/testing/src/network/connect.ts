// A connect: from the request, over the handshake, to the connection or the error.

import type { Context } from "corio";
import type { ConnectRequest, NetworkAddress, NetworkDone, Transport } from "corio/lowlevel";
import { canonical, type Family, familyOf, isLoopback, isWildcard } from "./addresses.ts";
import type { Planned } from "./agenda.ts";
import { SimulatedConnection } from "./connection.ts";
import type { EndpointPlace } from "./endpoint.ts";
import type { SimulatedListener } from "./listener.ts";
import { bindError, connectError, type NetworkErrorCode, type Place } from "./node-errors.ts";
import type { NetworkRun } from "./run.ts";
import type { AddressFault, AddressOptions } from "./world.ts";

/** When a client asks again that got no answer, since the queue was full; doubled each time. */
const FIRST_REPEAT = 1000;

export interface Caller {
  /** The name of its host. */
  readonly host: string;
  readonly context: Context;
}

/** Begins to connect; what is given back undoes it. */
export function connect(
  run: NetworkRun,
  caller: Caller,
  request: ConnectRequest,
  done: NetworkDone<Transport>,
): () => void {
  const connecting = new Connecting(run, caller, done);
  connecting.begin(request);
  return () => connecting.undo();
}

class Connecting {
  readonly #run: NetworkRun;
  readonly #caller: Caller;
  readonly #done: NetworkDone<Transport>;
  #over = false;
  #isEstablished = false;
  #planned: Planned | null = null;
  #connection: SimulatedConnection | null = null;
  #listener: SimulatedListener | null = null;
  #place: Place = null;

  constructor(run: NetworkRun, caller: Caller, done: NetworkDone<Transport>) {
    this.#run = run;
    this.#caller = caller;
    this.#done = done;
  }

  begin({ to, from }: ConnectRequest): void {
    this.#place = to;
    const { host } = this.#caller;
    if (this.#run.world.existing(host).down) return this.#refuseToBegin(connectError("ENETDOWN", to));
    if ("path" in to) {
      const name = `${host}:${to.path}`;
      this.#open(
        { host, local: null, remote: { path: to.path }, name: `${host}:unix` },
        { host, local: { path: to.path }, remote: null, name },
        () => this.#run.portsOf(host).atPath(to.path),
      );
    } else this.#beginTcp(to, from ?? {});
  }

  #beginTcp(
    to: { readonly host: string; readonly port: number },
    from: NonNullable<ConnectRequest["from"]>,
  ): void {
    const { world } = this.#run;
    const here = this.#caller.host;
    const asked = canonical(to.host);
    const family = familyOf(asked);
    if (family === null) return this.#refuseToBegin(connectError("EINVAL", to));
    const address = isWildcard(asked) ? loopbackOf(family) : asked;
    const target = isLoopback(address) ? here : (world.ownerOf(address)?.name ?? address);
    const own = world.existing(here).addresses;
    let local: string | undefined;
    if (from.host === undefined || isWildcard(from.host)) {
      local = isLoopback(address) || target === here ? address : own.find((one) => familyOf(one) === family);
      if (local === undefined) {
        return this.#refuseToBegin(connectError("ENETUNREACH", to, family === 4 ? "0.0.0.0:0" : ":::0"));
      }
    } else {
      local = canonical(from.host);
      const place = { host: from.host, port: from.port ?? 0 };
      if (familyOf(local) !== family) return this.#refuseToBegin(bindError("EINVAL", place));
      if (!isLoopback(local) && !own.includes(local))
        return this.#refuseToBegin(bindError("EADDRNOTAVAIL", place));
    }
    const ports = this.#run.portsOf(here);
    const wanted = from.port ?? 0;
    const bind = { address: local, port: wanted, reusePort: false, ipv6Only: true };
    if (wanted > 0 && ports.taken(bind)) {
      return this.#refuseToBegin(bindError("EADDRINUSE", { host: local, port: wanted }));
    }
    const port = wanted > 0 ? wanted : ports.free();
    if (port === null || to.port === 0) return this.#refuseToBegin(connectError("EADDRNOTAVAIL", to));
    const clientAddress: NetworkAddress = { host: local, port, family };
    const serverAddress: NetworkAddress = { host: address, port: to.port, family };
    ports.connectFrom(port);
    const connection = this.#open(
      { host: here, local: clientAddress, remote: serverAddress, name: `${here}:${port}` },
      { host: target, local: serverAddress, remote: clientAddress, name: `${target}:${to.port}` },
      () => {
        const listeners = this.#run.portsOf(target).at(address, to.port);
        if (listeners.length < 2) return listeners[0];
        return listeners[Math.floor(this.#run.random() * listeners.length)];
      },
    );
    connection.onClosed = () => ports.disconnect(port);
  }

  #open(
    client: EndpointPlace,
    server: EndpointPlace,
    find: () => SimulatedListener | null | undefined,
  ): SimulatedConnection {
    const run = this.#run;
    const { agenda, settings } = run;
    const unix = server.remote === null;
    const connection = new SimulatedConnection(run, client, server, unix);
    this.#connection = connection;
    connection.clientEnd.context = this.#caller.context;
    run.log.note("connect", { connection: connection.id, from: client.name, to: server.name });
    this.#planned = agenda.at(agenda.now() + settings.connectTimeout, () => this.#fail("ETIMEDOUT"));
    this.#ask(find, FIRST_REPEAT);
    return connection;
  }

  #ask(find: () => SimulatedListener | null | undefined, repeat: number): void {
    const { agenda } = this.#run;
    const { clientEnd } = this.#connection!;
    clientEnd.channel.send(0, () => {
      const { fault = null, delay = 0 } = this.#addressOptions();
      if (fault === "black-hole") clientEnd.notes("drop", 0);
      else if (delay === 0) this.#asked(find, repeat, fault);
      else agenda.at(agenda.now() + delay, () => this.#asked(find, repeat, fault));
    });
  }

  /** The question has come to the other host. */
  #asked(find: () => SimulatedListener | null | undefined, repeat: number, fault: AddressFault | null): void {
    if (this.#over) return;
    const { agenda, world } = this.#run;
    const { clientEnd, serverEnd } = this.#connection!;
    const answer = (code: NetworkErrorCode): void => serverEnd.channel.send(0, () => this.#fail(code));
    if (fault === "unreachable" || !world.hosts.has(serverEnd.place.host)) return answer("EHOSTUNREACH");
    const listener = fault === "refuse" ? null : find();
    if (listener === undefined && serverEnd.place.remote === null) return answer("ENOENT");
    if (listener === undefined || listener === null) return answer("ECONNREFUSED");
    if (!listener.full) {
      this.#listener = listener;
      listener.admit(this.#connection!);
      serverEnd.channel.send(0, () => this.#established());
      return;
    }
    clientEnd.notes("drop", 0);
    agenda.at(agenda.now() + repeat, () => {
      if (!this.#over) this.#ask(find, repeat * 2);
    });
  }

  #addressOptions(): AddressOptions {
    const { remote } = this.#connection!.clientEnd.place;
    return remote === null || "path" in remote ? {} : (this.#run.world.addresses.get(remote.host) ?? {});
  }

  #established(): void {
    const run = this.#run;
    const connection = this.#connection!;
    const { clientEnd, serverEnd } = connection;
    this.#isEstablished = true;
    run.agenda.cancel(this.#planned);
    // Should it get lost, it is the server that gives up: the client thinks that all is well.
    clientEnd.channel.send(0, () => this.#listener!.accept(connection), serverEnd.channel);
    run.whenThawed(this.#caller.host, () => {
      if (this.#over) return;
      this.#over = true;
      run.log.note("connected", {
        connection: connection.id,
        from: clientEnd.place.name,
        to: serverEnd.place.name,
      });
      clientEnd.owned = true;
      this.#caller.context.run(() => this.#done(null, clientEnd));
    });
  }

  #fail(code: NetworkErrorCode): void {
    if (this.#over) return;
    const { id, clientEnd, serverEnd } = this.#connection!;
    this.#forget();
    this.#run.counters.failed++;
    this.#run.log.note("fail", {
      connection: id,
      from: clientEnd.place.name,
      to: serverEnd.place.name,
      detail: code,
    });
    this.#tell(connectError(code, this.#place));
  }

  /** There is no connection yet that could fail. */
  #refuseToBegin(error: Error): void {
    this.#run.counters.failed++;
    this.#run.log.note("fail", { from: this.#caller.host, detail: error.message });
    this.#run.agenda.soon(() => this.#tell(error));
  }

  #tell(error: Error): void {
    this.#run.whenThawed(this.#caller.host, () => {
      if (this.#over) return;
      this.#over = true;
      this.#caller.context.run(() => this.#done(error, null));
    });
  }

  /** Nobody was told of the connection: it has never been. */
  #forget(): void {
    const connection = this.#connection;
    if (connection === null) return;
    this.#run.agenda.cancel(this.#planned);
    this.#listener?.withdraw(connection);
    connection.clientEnd.finish(null);
    connection.serverEnd.finish(null);
  }

  undo(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#isEstablished) this.#connection!.clientEnd.abort();
    else this.#forget();
  }
}

function loopbackOf(family: Family): string {
  return family === 4 ? "127.0.0.1" : "::1";
}
