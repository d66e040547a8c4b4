// Who is told about notifications, notices and the end of a connection.

import type { ServerMessage } from "../errors.ts";
import type { Notification } from "../wire/backend.ts";
import type { Connection } from "./connection.ts";
import type { SessionEvents } from "./session.ts";

/** asyncpg's: called for each NOTIFY on the channel, at once and synchronously. Hand longer work to a queue or a task. */
export type NotificationListener = (
  connection: Connection,
  processId: number,
  channel: string,
  payload: string,
) => void;

/** Called for each notice, warning and log message that the server sends. */
export type LogListener = (connection: Connection, message: ServerMessage) => void;

/** Called once when the connection is closed, by whichever side. */
export type TerminationListener = (connection: Connection) => void;

export class Listeners implements SessionEvents {
  readonly #connection: Connection;
  readonly #channels = new Map<string, Set<NotificationListener>>();
  readonly #log = new Set<LogListener>();
  readonly #termination = new Set<TerminationListener>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** True for the first listener of a channel: the server must be told. */
  add(channel: string, listener: NotificationListener): boolean {
    const listeners = this.#channels.get(channel);
    if (listeners !== undefined) {
      listeners.add(listener);
      return false;
    }
    this.#channels.set(channel, new Set([listener]));
    return true;
  }

  /** True when the last listener of a channel has gone. */
  remove(channel: string, listener: NotificationListener): boolean {
    const listeners = this.#channels.get(channel);
    if (listeners === undefined || !listeners.delete(listener) || listeners.size > 0) return false;
    this.#channels.delete(channel);
    return true;
  }

  get channels(): number {
    return this.#channels.size;
  }

  get log(): Set<LogListener> {
    return this.#log;
  }

  get termination(): Set<TerminationListener> {
    return this.#termination;
  }

  onNotification({ processId, channel, payload }: Notification): void {
    const listeners = this.#channels.get(channel);
    if (listeners === undefined) return;
    for (const listener of [...listeners])
      guard(() => listener(this.#connection, processId, channel, payload));
  }

  onNotice(notice: ServerMessage): void {
    for (const listener of [...this.#log]) guard(() => listener(this.#connection, notice));
  }

  onClose(): void {
    for (const listener of [...this.#termination]) guard(() => listener(this.#connection));
  }
}

/** One listener's failure must not keep the others, nor the protocol, from going on. */
function guard(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : new Error(String(error)));
  }
}
