// The TLS handshake as something to wait for: with its time limit, its questions to the program, and nothing left where it fails.
import { call, cancelScope, moveOnAfter, type Coroutine } from "corio";
import { suspend, type HostNetwork, type Transport } from "corio/lowlevel";
import type { SecureContext } from "node:tls";
import { TlsHandshakeTimeoutError } from "../errors.ts";
import { handshakeError } from "./tls-errors.ts";
import { sniContext, type PreparedTls } from "./tls-options.ts";

/** A server is asked for the context of a name. */
interface Question {
  readonly servername: string;
  readonly answer: (error: Error | null, context?: SecureContext) => void;
}

/** What a handshake comes to next. */
type Event = { readonly ended: Transport } | { readonly asked: Question };

/**
 * Puts TLS on a transport, which is used up by that: on success the result takes its place, otherwise it is aborted. `early`: bytes that
 * came before and belong to the handshake. TlsError and its kin, TlsHandshakeTimeoutError. A cancel point.
 */
export function* startTlsOn(
  network: HostNetwork,
  transport: Transport,
  prepared: PreparedTls,
  early: readonly Uint8Array[] = [],
): Coroutine<Transport> {
  const limit = prepared.handshakeTimeout;
  const made: { transport: Transport | null } = { transport: null };
  try {
    if (limit === null) return yield* handshake(network, transport, prepared, early, made);
    const { cancelled, value } = yield* moveOnAfter(limit, () =>
      handshake(network, transport, prepared, early, made),
    );
    if (!cancelled) return value;
    throw new TlsHandshakeTimeoutError(`${nameOf(prepared)} failed: it was not over within ${limit} ms`, {
      reason: "ERR_TLS_HANDSHAKE_TIMEOUT",
    });
  } catch (error) {
    (made.transport ?? transport).abort();
    throw error;
  }
}

function* handshake(
  network: HostNetwork,
  transport: Transport,
  prepared: PreparedTls,
  early: readonly Uint8Array[],
  made: { transport: Transport | null },
): Coroutine<Transport> {
  const steps = new HandshakeSteps(network, transport, prepared, early);
  try {
    for (;;) {
      const event = yield* steps.next();
      if ("ended" in event) return (made.transport = event.ended);
      const { servername, answer } = event.asked;
      const identity = yield* cancelScope((scope) => {
        steps.onFailure = () => void scope.cancel("the handshake has ended");
        return call(prepared.sniCallback!, servername);
      });
      steps.onFailure = null;
      answer(null, sniContext(identity, servername));
    }
  } finally {
    steps.leave();
  }
}

/** Drives one handshake. What happens while nobody waits is kept. */
class HandshakeSteps {
  readonly #prepared: PreparedTls;
  readonly #begin: (done: (error: Error | null, result: Transport | null) => void) => () => void;
  #undo: (() => void) | null = null;
  #begun = false;
  #event: Event | null = null;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  /** Told of a failure that comes while the program looks for an answer: nobody wants that any more. */
  onFailure: (() => void) | null = null;

  constructor(
    network: HostNetwork,
    transport: Transport,
    prepared: PreparedTls,
    early: readonly Uint8Array[],
  ) {
    this.#prepared = prepared;
    const { server, options, sniCallback } = prepared;
    const request = {
      server,
      options: sniCallback === null ? options : { ...options, SNICallback: this.#ask },
      early,
    };
    this.#begin = (done) => network.startTls(transport, request, done);
  }

  /** Waits for what comes next. Throws why the handshake has failed. */
  *next(): Coroutine<Event> {
    if (this.#event === null && this.#failure === null) {
      yield* suspend<void>((resolve) => {
        this.#wake = resolve;
        if (!this.#begun) this.#start();
        return () => this.leave();
      });
    }
    if (this.#failure !== null) throw this.#told(this.#failure);
    const event = this.#event!;
    this.#event = null;
    return event;
  }

  /** Undoes the handshake, unless it has ended. */
  leave(): void {
    this.#wake = null;
    const undo = this.#undo;
    this.#undo = null;
    undo?.();
  }

  #start(): void {
    this.#begun = true;
    const undo = this.#begin((error, result) => {
      this.#undo = null;
      if (error === null) this.#event = { ended: result! };
      else {
        this.#failure = error;
        this.onFailure?.();
      }
      this.#wake?.();
    });
    if (this.#event === null && this.#failure === null) this.#undo = undo;
  }

  readonly #ask = (servername: string, answer: Question["answer"]): void => {
    this.#event = { asked: { servername, answer } };
    this.#wake?.();
  };

  /** Made where it is thrown: the stack then shows who waited. */
  #told(failure: Error): Error {
    return handshakeError(failure, nameOf(this.#prepared));
  }
}

function nameOf({ server, peer }: PreparedTls): string {
  if (peer !== null) return `The TLS handshake with ${peer}`;
  return server ? "The TLS handshake with a client" : "The TLS handshake";
}
