// How a pool lends: a permit for each connection there may be, the idle ones, and what happens between two borrowers.

import { Semaphore, call, gather, loopTime, shield, timeout } from "corio";
import type { Coroutine, Scope } from "corio";
import { closeWithin, connectSession, endSession } from "../connection/connect-session.ts";
import { Connection } from "../connection/connection.ts";
import type { ResolvedOptions } from "../connection/options.ts";
import { launchReset } from "../connection/reset.ts";
import type { Session } from "../connection/session.ts";
import { ConnectionDoesNotExist, InterfaceError } from "../errors.ts";
import { Member } from "./member.ts";
import type { PoolLimits, PoolOptions } from "./options.ts";

export interface PoolStatistics {
  /** Connections that are open. */
  readonly size: number;
  readonly idle: number;
  /** Lent, or being opened or cleaned for somebody. */
  readonly borrowed: number;
  /** Tasks that wait for a connection. */
  readonly waiting: number;
  readonly maxSize: number;
}

type Hooks = Pick<PoolOptions, "init" | "setup">;

export class Lending {
  readonly limits: PoolLimits;
  readonly #options: ResolvedOptions;
  readonly #hooks: Hooks;
  readonly #permits: Semaphore;
  readonly #members = new Set<Member>();
  readonly #idle: Member[] = [];
  readonly #borrowed = new Map<Connection, Member>();
  #generation = 0;
  #closing = false;

  constructor(options: ResolvedOptions, limits: PoolLimits, hooks: Hooks) {
    this.#options = options;
    this.limits = limits;
    this.#hooks = hooks;
    this.#permits = new Semaphore(limits.maxSize);
  }

  get closing(): boolean {
    return this.#closing;
  }

  statistics(): PoolStatistics {
    const { free, waiting } = this.#permits.statistics();
    const { maxSize } = this.limits;
    const borrowed = this.#closing ? this.#borrowed.size : maxSize - free;
    return { size: this.#members.size, idle: this.#idle.length, borrowed, waiting, maxSize };
  }

  /** Opens the first connections: one alone, so that a fault is told once, then the others together. */
  *fill(): Coroutine<void> {
    const { minSize } = this.limits;
    if (minSize === 0) return;
    yield* this.#openIdle();
    yield* gather(Array.from({ length: minSize - 1 }, () => () => this.#openIdle()));
  }

  *#openIdle(): Coroutine<void> {
    const member = yield* this.#open();
    this.#idle.push(member);
  }

  *acquire(): Coroutine<Connection> {
    this.#checkOpen();
    yield* this.#permits.acquire();
    let member: Member | null = null;
    try {
      this.#checkOpen();
      member = (yield* this.#takeIdle()) ?? (yield* this.#open());
      this.#checkOpen();
      const connection = this.#lend(member);
      if (this.#hooks.setup !== undefined) yield* call(this.#hooks.setup, connection);
      return connection;
    } catch (error) {
      if (member !== null) yield* this.#discard(member, "could not be handed out");
      this.#permits.release();
      throw error;
    }
  }

  /** Gives the connection back when the scope closes, unless somebody did before. */
  releaseWith(scope: Scope, connection: Connection): void {
    this.#borrowed.get(connection)!.undoDefer = scope.defer(() => this.release(connection));
  }

  /** Takes a connection back. Does nothing for one that has come back already. */
  *release(connection: Connection): Coroutine<void> {
    const member = this.#borrowed.get(connection);
    if (member === undefined) return;
    this.#takeBack(member, connection);
    const { session } = member;
    if (this.#mustGo(member)) {
      yield* this.#discard(member, "has served its time");
    } else if (session.launched === member.flightsBefore) {
      this.#idle.push(member);
    } else {
      const reset = launchReset(session);
      if (reset !== null) this.#idleAfter(member, reset);
      // Somebody's operation is still under way: what it does must be over first.
      else yield* shield(() => this.#resetLater(member), { timeout: Infinity });
    }
    this.#permits.release();
  }

  expire(): void {
    this.#generation++;
  }

  *close(): Coroutine<void> {
    this.#closing = true;
    let permits = 0;
    try {
      // With all permits in hand nobody holds a connection, and nobody ever will again.
      for (; permits < this.limits.maxSize; permits++) yield* this.#permits.acquire();
    } catch (error) {
      this.terminate();
      throw error;
    } finally {
      yield* shield(() => this.#endAll(), { timeout: Infinity });
      // Whoever still waits is told, one after the other; so is who closes again.
      for (; permits > 0; permits--) this.#permits.release();
    }
  }

  terminate(): void {
    this.#closing = true;
    for (const member of this.#members) {
      member.session.destroy(new ConnectionDoesNotExist("the pool was terminated"));
    }
  }

  *#endAll(): Coroutine<void> {
    yield* gather([...this.#members].map((member) => () => this.#end(member)));
  }

  *#end(member: Member): Coroutine<void> {
    this.#forget(member);
    if (member.session.ended === null) yield* endSession(member.session);
    else yield* closeWithin(member.session);
  }

  #checkOpen(): void {
    if (this.#closing) throw new InterfaceError("the pool is closed, or about to be");
  }

  /** An idle connection that is fit to be lent, or null. */
  *#takeIdle(): Coroutine<Member | null> {
    for (let member = this.#idle.pop(); member !== undefined; member = this.#idle.pop()) {
      if (this.#mustGo(member)) {
        yield* this.#discard(member, "has served its time");
        continue;
      }
      if (member.resetting !== null) {
        try {
          yield* member.resetting.landed();
        } catch (error) {
          this.#idle.push(member);
          throw error;
        }
        if (member.session.ended !== null) continue;
      }
      return member;
    }
    return null;
  }

  #mustGo(member: Member): boolean {
    const { session, uses, generation, openedAt, idleSince } = member;
    if (session.ended !== null || generation < this.#generation || uses >= this.limits.maxUses) return true;
    const now = loopTime();
    return (
      now - openedAt > this.limits.maxAge || (member.handle === null && now - idleSince > this.limits.maxIdle)
    );
  }

  *#open(): Coroutine<Member> {
    const session = yield* connectSession(this.#options);
    const member = new Member(session, this.#generation, loopTime());
    this.#members.add(member);
    this.#watch(member);
    session.onStalePlan = () => this.#forgetStatements();
    if (this.#hooks.init === undefined) return member;
    const connection = new Connection(session);
    try {
      yield* call(this.#hooks.init, connection);
      return member;
    } catch (error) {
      yield* this.#discard(member, "could not be set up");
      throw error;
    } finally {
      connection.detach("the connection of init is not yours to keep");
      this.#watch(member);
    }
  }

  /** While nobody holds it, the end of a session is noticed here. */
  #watch(member: Member): void {
    member.session.events = { onNotification() {}, onNotice() {}, onClose: () => this.#forget(member) };
  }

  #lend(member: Member): Connection {
    const connection = new Connection(member.session);
    member.handle = connection;
    member.uses++;
    member.flightsBefore = member.session.launched;
    this.#borrowed.set(connection, member);
    return connection;
  }

  #takeBack(member: Member, connection: Connection): void {
    this.#borrowed.delete(connection);
    member.undoDefer?.();
    member.undoDefer = null;
    member.handle = null;
    connection.detach("the connection was given back to its pool");
    member.session.depth = 0;
    member.idleSince = loopTime();
    if (member.session.closed) this.#forget(member);
    else this.#watch(member);
  }

  #idleAfter(member: Member, reset: Member["resetting"]): void {
    member.resetting = reset;
    this.#idle.push(member);
    reset!.onProgress = () => {
      if (!reset!.done) return;
      member.resetting = null;
      if (reset!.error === null) return;
      this.#forget(member);
      member.session.destroy(
        new ConnectionDoesNotExist("the connection could not be cleaned", { cause: reset!.error }),
      );
    };
  }

  *#resetLater(member: Member): Coroutine<void> {
    try {
      yield* timeout(this.#options.cancelTimeout, waitQuiet, member.session);
      const reset = launchReset(member.session);
      if (reset === null) throw new InterfaceError("the connection was still in use");
      this.#idleAfter(member, reset);
    } catch {
      yield* this.#discard(member, "was given back with an operation under way");
    }
  }

  /** Closes a connection for good. Its place is free when this ends. */
  *#discard(member: Member, reason: string): Coroutine<void> {
    const connection = member.handle;
    if (connection !== null) this.#takeBack(member, connection);
    this.#forget(member);
    member.session.end(new ConnectionDoesNotExist(`the connection ${reason}`));
    yield* closeWithin(member.session);
  }

  #forget(member: Member): void {
    this.#members.delete(member);
    const at = this.#idle.indexOf(member);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  #forgetStatements(): void {
    for (const { session } of this.#members) session.statements.clear();
  }
}

function* waitQuiet(_scope: Scope, session: Session): Coroutine<void> {
  while (session.head !== null) yield* session.head.landed();
}
