// One session with a server: writes flights, takes the messages that come back to the flight they belong to, and knows
// the state of the connection. It waits for nothing itself; operations are built on it.

import { ConnectionDoesNotExist, OutdatedSchemaCache, ProtocolError, QueryCanceled } from "../errors.ts";
import type { PostgresError, ServerMessage } from "../errors.ts";
import { firstValue } from "../rows/row-decoder.ts";
import type { Connector, Transport } from "../transport/transport.ts";
import { readText } from "../types/read-text.ts";
import type { TypeMap } from "../types/type-map.ts";
import * as backend from "../wire/backend.ts";
import type { Notification } from "../wire/backend.ts";
import type { Chunk } from "../wire/chunk.ts";
import { copyFail, terminate } from "../wire/frontend.ts";
import { Handshake } from "../wire/handshake.ts";
import type { HandshakeOptions } from "../wire/handshake.ts";
import { postgresError } from "../wire/postgres-error.ts";
import { MessageReader } from "../wire/message-reader.ts";
import { MessageWriter } from "../wire/message-writer.ts";
import { Flight } from "./flight.ts";
import type { ResolvedOptions } from "./options.ts";
import { StatementCache } from "./statement-cache.ts";
import { Turnstile } from "./turnstile.ts";

/** Transaction states as ReadyForQuery tells them. */
export const IDLE = 0x49;
export const IN_TRANSACTION = 0x54;
export const FAILED_TRANSACTION = 0x45;

export interface SessionEvents {
  onNotification(notification: Notification): void;
  onNotice(notice: ServerMessage): void;
  onClose(error: Error | null): void;
}

export class Session {
  readonly connector: Connector;
  readonly options: ResolvedOptions;
  readonly types: TypeMap;
  readonly statements: StatementCache;
  readonly writer: MessageWriter = new MessageWriter();
  readonly turnstile: Turnstile = new Turnstile();
  readonly settings: Map<string, string> = new Map();
  processId = 0;
  cancelKey: Uint8Array = new Uint8Array();
  /** The transaction state after the last flight. */
  status: number = IDLE;
  /** Depth of the transaction blocks opened through `transaction()`. */
  depth = 0;
  /** Cancel requests under way. */
  cancelling = 0;
  /** SQL that sets what a startup message would have set, where there is none: RESET does not know it. */
  settingsSql = "";
  /** Flights that have left, over all time. */
  launched = 0;
  /** Why nothing can be done any more; null while the session lives. */
  ended: Error | null = null;
  /** True once the transport is closed for good. */
  closed = false;
  events: SessionEvents | null = null;
  /** Told when a transaction met a stale plan: others will too. */
  onStalePlan: (() => void) | null = null;
  /** For flights that hold a place at the turnstile. */
  readonly leaveTurnstile: () => void = () => this.turnstile.leave();

  readonly #transport: Transport;
  readonly #reader: MessageReader;
  #handshake: Handshake | null = null;
  #first: Flight | null = null;
  #last: Flight | null = null;
  #flushing = false;
  readonly #flushLater = (): void => this.flush();
  #full = false;
  #drained: (() => void)[] = [];
  #onClosed: (() => void)[] = [];

  constructor(connector: Connector, transport: Transport, options: ResolvedOptions, types: TypeMap) {
    this.connector = connector;
    this.options = options;
    this.types = types;
    this.statements = new StatementCache(options.statementCacheSize);
    this.#transport = transport;
    this.#reader = new MessageReader((type, chunk, start, end) => this.#receive(type, chunk, start, end));
    transport.attach({
      onBytes: (bytes) => this.#feed(bytes),
      onDrain: () => this.#onDrain(),
      onClose: (error) => this.#onClose(error),
    });
  }

  /** The flight that the server is working on, or null. */
  get head(): Flight | null {
    return this.#first;
  }

  /** True when the transport holds back what was written: wait for `onceDrained`. */
  get full(): boolean {
    return this.#full;
  }

  onceDrained(wake: () => void): void {
    this.#drained.push(wake);
  }

  onceClosed(wake: () => void): void {
    this.#onClosed.push(wake);
  }

  /** Starts the exchange at the beginning of a session; the flight lands when the server is ready. */
  startHandshake(options: HandshakeOptions): Flight {
    const flight = this.#push(new Flight());
    this.#handshake = new Handshake(options, this.writer);
    this.#handshake.start();
    this.flush();
    return flight;
  }

  /** Takes what was written since the last flight as the messages of this one, and sends it in this turn. */
  launch(flight: Flight): Flight {
    if (this.ended !== null) {
      this.writer.rewind(0);
      throw this.ended;
    }
    this.launched++;
    flight.exposed = this.cancelling > 0;
    this.#push(flight);
    if (!this.#flushing) {
      this.#flushing = true;
      // After all coroutines that can run now have run: what they write leaves in one piece.
      void settled.then(this.#flushLater);
    }
    return flight;
  }

  /** Sends what is written at once. */
  flush(): void {
    this.#flushing = false;
    if (this.writer.size === 0 || this.ended !== null) return;
    if (!this.#transport.write(this.writer.take())) this.#full = true;
  }

  /** Says goodbye and closes. Flights still under way fail. */
  end(error: Error): void {
    if (this.ended !== null) return;
    this.#finish(error);
    this.writer.rewind(0);
    terminate(this.writer);
    this.#transport.write(this.writer.take());
    this.#transport.end();
  }

  /** Closes at once. Flights still under way fail with the error. */
  destroy(error: Error): void {
    this.#finish(error);
    if (!this.closed) this.#transport.destroy();
  }

  #push(flight: Flight): Flight {
    if (this.#last === null) this.#first = flight;
    else this.#last.next = flight;
    this.#last = flight;
    return flight;
  }

  #feed(bytes: Uint8Array): void {
    if (this.closed) return;
    try {
      this.#reader.feed(bytes);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #onDrain(): void {
    this.#full = false;
    for (const wake of this.#drained.splice(0)) wake();
  }

  #onClose(error: Error | null): void {
    if (this.closed) return;
    this.closed = true;
    // A server that comes back in its place may know other types by the same numbers.
    if (this.ended === null) this.types.forget();
    const first = this.#first;
    const what = first === null ? "was closed by the server" : "was lost in the middle of an operation";
    // A FATAL error that came before says more than the broken socket does.
    const fatal = first?.error ?? this.ended;
    this.#finish(
      this.ended ??
        new ConnectionDoesNotExist(`the connection ${what}`, { cause: fatal ?? error ?? undefined }),
    );
    for (const wake of this.#onClosed.splice(0)) wake();
    this.events?.onClose(this.ended);
  }

  /** Fails everything under way, once. */
  #finish(error: Error): void {
    this.ended ??= error;
    this.turnstile.close(this.ended);
    let flight = this.#first;
    this.#first = this.#last = null;
    while (flight !== null) {
      flight.error ??= this.ended;
      const next: Flight | null = flight.next;
      flight.finish();
      flight = next;
    }
    this.#onDrain();
  }

  #receive(type: number, chunk: Chunk, start: number, end: number): void {
    if (this.ended !== null && this.#first === null) return;
    const flight = this.#first;
    if (type === backend.DATA_ROW) {
      if (flight === null) throw outOfPlace(type);
      this.#receiveRow(flight, chunk, start, end);
      return;
    }
    if (this.#handshake !== null) return this.#receiveHandshake(this.#handshake, type, chunk, start, end);
    switch (type) {
      case backend.COMMAND_COMPLETE:
        if (flight === null) throw outOfPlace(type);
        flight.tag = readText(chunk, start, end - 1);
        flight.executed++;
        return;
      case backend.READY_FOR_QUERY:
        return this.#land(chunk.bytes[start]!);
      case backend.BIND_COMPLETE:
      case backend.PARSE_COMPLETE:
      case backend.CLOSE_COMPLETE:
      case backend.NO_DATA:
      case backend.PORTAL_SUSPENDED:
      case backend.EMPTY_QUERY:
      case backend.COPY_DATA:
      case backend.COPY_DONE:
        if (flight === null) throw outOfPlace(type);
        return;
      default:
        this.#receiveOther(type, flight, new backend.BodyReader(chunk, start, end));
    }
  }

  #receiveRow(flight: Flight, chunk: Chunk, start: number, end: number): void {
    const decode = flight.decode;
    try {
      if (decode !== null) flight.rows.push(decode(chunk, start, end));
      else if (flight.single !== null) {
        flight.value = firstValue(flight.single, chunk, start);
        flight.single = null;
      }
    } catch (error) {
      // The rest of the rows is dropped; the flight goes on to its end.
      flight.decode = flight.single = null;
      flight.error ??= error as Error;
      if (error instanceof OutdatedSchemaCache) {
        this.types.forget();
        this.statements.clear();
      }
      if (error instanceof ProtocolError || error instanceof RangeError) throw error;
    }
  }

  #receiveHandshake(handshake: Handshake, type: number, chunk: Chunk, start: number, end: number): void {
    handshake.receive(type, chunk, start, end);
    this.flush();
    if (!handshake.done) return;
    this.#handshake = null;
    this.processId = handshake.processId;
    this.cancelKey = handshake.cancelKey;
    for (const [name, value] of handshake.settings) this.settings.set(name, value);
    this.#land(IDLE);
  }

  #receiveOther(type: number, flight: Flight | null, body: backend.BodyReader): void {
    switch (type) {
      case backend.ERROR_RESPONSE:
        return this.#receiveError(flight, postgresError(backend.readServerMessage(body)));
      case backend.NOTICE_RESPONSE:
        this.events?.onNotice(backend.readServerMessage(body));
        return;
      case backend.NOTIFICATION:
        this.events?.onNotification(backend.readNotification(body));
        return;
      case backend.PARAMETER_STATUS:
        this.settings.set(body.cstring(), body.cstring());
        return;
    }
    if (flight === null) throw outOfPlace(type);
    switch (type) {
      case backend.PARAMETER_DESCRIPTION:
        flight.parameterOids = backend.readParameterDescription(body);
        return;
      case backend.ROW_DESCRIPTION:
        flight.columns = backend.readRowDescription(body);
        flight.onColumns?.(flight);
        return;
      case backend.COPY_IN_RESPONSE:
        if (flight.onCopyIn !== null) {
          flight.onCopyIn();
          flight.onProgress?.();
        } else {
          copyFail(this.writer, "this operation sends no COPY data: use copyRecordsToTable");
          this.flush();
        }
        return;
      case backend.COPY_OUT_RESPONSE:
        return;
      default:
        throw outOfPlace(type);
    }
  }

  #receiveError(flight: Flight | null, error: PostgresError): void {
    if (flight === null) {
      // Only the end of the session comes unasked; the socket closes next.
      this.ended ??= new ConnectionDoesNotExist(`the server ended the session: ${error.message}`, {
        cause: error,
      });
      this.turnstile.close(this.ended);
      return;
    }
    if (flight.error === null) flight.error = error;
    if (error instanceof QueryCanceled && flight.exposed && !flight.abandoned) flight.strayCancel = true;
    flight.onProgress?.();
  }

  #land(status: number): void {
    const flight = this.#first;
    if (flight === null) throw outOfPlace(backend.READY_FOR_QUERY);
    this.status = flight.status = status;
    this.#first = flight.next;
    if (this.#first === null) this.#last = null;
    flight.next = null;
    flight.finish();
  }
}

const settled = Promise.resolve();

function outOfPlace(type: number): ProtocolError {
  return new ProtocolError(`message '${String.fromCharCode(type)}' from the server is out of place`);
}
