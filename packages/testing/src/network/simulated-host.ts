// A machine on a simulated network: code can be put on it, and it can crash.

import {
  type Awaitable,
  call,
  cancelScope,
  type Coroutine,
  gather,
  InvalidStateError,
  type Scope,
  type Unwrap,
} from "corio";
import { coroutine } from "corio/lowlevel";
import { hostHere } from "./here.ts";
import type { NetworkRun } from "./run.ts";
import type { HostSettings, World } from "./world.ts";

/** What a host needs of its network. */
export interface HostOwner {
  readonly world: World;
  /** Null where no simulation runs. */
  readonly run: NetworkRun | null;
  /** What runs on which host, to be cancelled with it. */
  readonly bodies: Map<string, Set<Scope>>;
}

/** A host, as `network.host(name)` gives it. It is the same in all runs; what is done to it in a run ends with that. */
export class SimulatedHost {
  readonly name: string;
  readonly #owner: HostOwner;

  /** @internal */
  constructor(name: string, owner: HostOwner) {
    this.name = name;
    this.#owner = owner;
  }

  /** Its IP addresses, besides `127.0.0.1` and `::1`, which each host has for itself. */
  get addresses(): readonly string[] {
    return this.#settings().addresses;
  }

  /** Whether it has crashed, and was not booted since. */
  get down(): boolean {
    return this.#settings().down;
  }

  /**
   * Runs a body, of either dialect, on this host: what it connects and listens to, it does from here, and so do the tasks that it
   * spawns. It runs in a task of its own. If the host crashes, the body is cancelled, and this ends quietly, with undefined.
   * InvalidStateError where the host is down. A cancel point.
   */
  run<A extends readonly unknown[], R>(
    body: (...args: A) => R,
    ...args: A
  ): Awaitable<Unwrap<R> | undefined> {
    return coroutine(runOnHost<A, R>, this.#owner, this.name, body, args);
  }

  /**
   * Stops it as a power cut does: nobody is told. What runs on it (`run`) is cancelled, its connections and listeners are gone. Who is
   * connected with it hears nothing, until it is booted again and has something sent to it: then ECONNRESET.
   */
  crash(): void {
    const settings = this.#settings();
    if (settings.down) return;
    this.#note(`${this.name} crashes`);
    settings.down = true;
    settings.frozen = false;
    for (const scope of [...(this.#owner.bodies.get(this.name) ?? [])])
      scope.cancel(`${this.name} has crashed`);
    this.#owner.run?.crashed(this.name);
  }

  /** Starts it again after a crash, with nothing on it but the files of Unix sockets. */
  boot(): void {
    const settings = this.#settings();
    if (!settings.down) return;
    this.#note(`${this.name} boots`);
    settings.down = false;
    this.#owner.run?.changed();
  }

  /**
   * From now on its programs get nothing from the network, as when a process is stopped: no bytes, no connections, no answers. The
   * machine itself still takes what comes, as much as its windows and queues hold.
   */
  freeze(): void {
    const settings = this.#settings();
    if (settings.frozen) return;
    this.#note(`${this.name} freezes`);
    settings.frozen = true;
  }

  /** Ends a freeze. */
  thaw(): void {
    const settings = this.#settings();
    if (!settings.frozen) return;
    this.#note(`${this.name} goes on`);
    settings.frozen = false;
    this.#owner.run?.thawed(this.name);
  }

  toString(): string {
    return this.name;
  }

  #settings(): HostSettings {
    return this.#owner.world.existing(this.name);
  }

  #note(detail: string): void {
    this.#owner.run?.log.note("fault", { detail });
  }
}

function* runOnHost<A extends readonly unknown[], R>(
  owner: HostOwner,
  name: string,
  body: (...args: A) => R,
  args: A,
): Coroutine<Unwrap<R> | undefined> {
  if (owner.run === null)
    throw new InvalidStateError(`Cannot run on ${name}: its network is not simulated now`);
  if (owner.world.existing(name).down) throw new InvalidStateError(`Cannot run on ${name}: it is down`);
  // In a task of its own: what runs besides in the caller's stays where it is.
  const [value] = yield* gather([() => cancelScope(bodyOnHost<A, R>, owner, name, body, args)]);
  return value as Unwrap<R> | undefined;
}

function* bodyOnHost<A extends readonly unknown[], R>(
  scope: Scope,
  owner: HostOwner,
  name: string,
  body: (...args: A) => R,
  args: A,
): Coroutine<Unwrap<R>> {
  hostHere.set(name);
  let scopes = owner.bodies.get(name);
  if (scopes === undefined) owner.bodies.set(name, (scopes = new Set()));
  scopes.add(scope);
  try {
    return yield* call(body, ...args);
  } finally {
    scopes.delete(scope);
  }
}
