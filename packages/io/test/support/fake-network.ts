// A network of addresses that do what a test says, after the virtual time that it says, and that tells what was done to it.
import { getRunningLoop, type EventLoop } from "corio";
import type {
  ConnectRequest,
  HostNetwork,
  ListenRequest,
  NetworkDone,
  NetworkListener,
  ResolvedAddress,
  Transport,
} from "corio/lowlevel";

/** What an address does: it answers, fails with a code, or stays silent. */
export type Behaviour = { readonly after?: number; readonly code?: string } | "silent";

export interface FakeName {
  readonly after?: number;
  readonly code?: string;
  readonly addresses?: readonly string[];
}

export class FakeNetwork implements HostNetwork {
  readonly names = new Map<string, FakeName>();
  readonly addresses = new Map<string, Behaviour>();
  /** `<ms> <what> <address>`, as it happened. */
  readonly log: string[] = [];
  /** Transports that nobody has closed. */
  readonly open = new Set<Transport>();
  readonly requests: ConnectRequest[] = [];
  /** Look-ups and connects under way. */
  pending = 0;
  #loop: EventLoop | null = null;

  constructor(
    addresses: Readonly<Record<string, Behaviour>> = {},
    names: Readonly<Record<string, FakeName>> = {},
  ) {
    for (const [address, behaviour] of Object.entries(addresses)) this.addresses.set(address, behaviour);
    for (const [name, answer] of Object.entries(names)) this.names.set(name, answer);
  }

  lookup(name: string, family: 0 | 4 | 6, done: NetworkDone<readonly ResolvedAddress[]>): () => void {
    const answer = this.names.get(name) ?? { code: "ENOTFOUND" };
    return this.#later(`lookup ${name}${family === 0 ? "" : ` ${family}`}`, answer.after ?? 0, () => {
      if (answer.code !== undefined) done(failure("getaddrinfo", answer.code), null);
      else {
        const all = (answer.addresses ?? []).map((address): ResolvedAddress => ({
          address,
          family: address.includes(":") ? 6 : 4,
        }));
        done(
          null,
          all.filter((entry) => family === 0 || entry.family === family),
        );
      }
    });
  }

  connect(request: ConnectRequest, done: NetworkDone<Transport>): () => void {
    this.requests.push(request);
    const where = "path" in request.to ? request.to.path : request.to.host;
    const behaviour = this.addresses.get(where) ?? { code: "ENETUNREACH" };
    const after = behaviour === "silent" ? Infinity : (behaviour.after ?? 0);
    const undo = this.#later(where, after, () => {
      if (behaviour !== "silent" && behaviour.code !== undefined) {
        done(failure("connect", behaviour.code), null);
        return;
      }
      const transport = this.#transport(where);
      this.open.add(transport);
      made = transport;
      done(null, transport);
    });
    let made: Transport | null = null;
    return () => {
      undo();
      made?.abort();
    };
  }

  listen(_request: ListenRequest, _done: NetworkDone<NetworkListener>): () => void {
    throw new Error("nobody listens here");
  }

  startTls(): () => void {
    throw new Error("there is no TLS here");
  }

  #later(what: string, after: number, then: () => void): () => void {
    this.#loop = getRunningLoop();
    this.#note("begin", what);
    this.pending++;
    let over = false;
    const timer =
      after === Infinity
        ? null
        : this.#loop.callLater(after, () => {
            over = true;
            this.pending--;
            this.#note("end", what);
            then();
          });
    return () => {
      if (over) return;
      over = true;
      this.pending--;
      timer?.cancel();
      this.#note("undo", what);
    };
  }

  #note(what: string, where: string): void {
    this.log.push(`${this.#loop!.time()} ${what} ${where}`);
  }

  #transport(where: string): Transport {
    const close = (how: string): void => {
      if (this.open.delete(transport)) this.#note(how, where);
    };
    const transport: Transport = {
      localAddress: null,
      remoteAddress: { host: where, port: 80, family: where.includes(":") ? 6 : 4 },
      underlying: null,
      pendingBytes: 0,
      attach() {},
      write: () => true,
      setWriteLimits() {},
      end: () => close("end"),
      close: () => close("close"),
      abort: () => close("abort"),
      pause() {},
      resume() {},
    };
    return transport;
  }
}

function failure(syscall: string, code: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
