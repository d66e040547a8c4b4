// What a thread of the pool runs: it takes calls, finds their functions, and answers. This is the module that the pool is given.
import { MessageChannel, parentPort, threadId } from "node:worker_threads";
import { isSurelyCloneable } from "../cloneable.ts";
import type { Aside, CallMessage, FromThread, Greeting, ToThread, UnusualFunction } from "../messages.ts";
import { received } from "../sent-error.ts";
import { enterEntries } from "../thread-context.ts";
import { takeTransfers } from "../transfer.ts";
import { CurrentCall, say, setThreadState, thrownBy, type ThreadState } from "./current-call.ts";
import { isPlain, resultOf, runInside } from "./dialects.ts";
import { moved, rehoused, surelyMove } from "./moved-result.ts";
import { findFunction, foundFunction } from "./find-function.ts";

const { port1, port2 } = new MessageChannel();
const state: ThreadState = {
  port: port1,
  cancelled: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  call: null,
};

const ASIDE: Aside = { corio: "aside" };

setThreadState(state);
port1.on("message", heard);
// The pool's own port keeps the thread alive.
port1.unref();
const greeting: Greeting = { "corio.thread": { threadId, port: port2, cancelled: state.cancelled } };
parentPort!.postMessage(greeting, [port2]);

/**
 * Answers a call: by what it returns, or beside the pool by the thread's own port. What it throws is not an error, but what an error was made
 * into to be sent.
 */
export default function answer([id, fn, ...args]: CallMessage): unknown {
  const call = new CurrentCall(id);
  state.call = call;
  const callable = typeof fn === "string" ? foundFunction(fn) : undefined;
  if (callable === undefined || !isPlain(callable)) return answerLater(call, fn, args);
  let value: unknown;
  let later: Promise<unknown> | null;
  try {
    refuseCancelled(call);
    value = callable(...args);
    later = resultOf(call, value);
  } catch (error) {
    return fail(call, error);
  }
  return later === null ? finish(call, value) : finishLater(call, later);
}

/** Of a function that is not found yet, that waits, that is sent as text, or that comes with a context. */
async function answerLater(
  call: CurrentCall,
  fn: string | UnusualFunction,
  args: readonly unknown[],
): Promise<unknown> {
  let leave: (() => void) | null = null;
  let value: unknown;
  try {
    const callable = await findFunction(typeof fn === "string" ? fn : fn.fn);
    refuseCancelled(call);
    if (typeof fn !== "string" && fn.context !== null) leave = enterEntries(fn.context);
    if (isPlain(callable)) {
      value = callable(...args);
      value = await (resultOf(call, value) ?? value);
    } else value = await runInside(call, () => callable(...args));
  } catch (error) {
    return fail(call, error);
  } finally {
    leave?.();
  }
  return finish(call, value);
}

async function finishLater(call: CurrentCall, later: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await later;
  } catch (error) {
    return fail(call, error);
  }
  return finish(call, value);
}

/** Nobody waits for it any more, and it has not begun. */
function refuseCancelled(call: CurrentCall): void {
  if (Atomics.load(state.cancelled, 0) !== call.id) return;
  call.tell();
  call.signal.throwIfAborted();
}

function fail(call: CurrentCall, error: unknown): never {
  state.call = null;
  const sent = thrownBy(call, error);
  if (!call.spoke) throw sent;
  // What it said before is to be heard before.
  state.port.postMessage({ id: call.id, error: sent } satisfies FromThread);
  throw ASIDE;
}

function finish(call: CurrentCall, value: unknown): unknown {
  state.call = null;
  if (!call.spoke && !isObjectLike(value)) return value;
  const transfers = takeTransfers([value]);
  // What the pool cannot send would take the thread down with it.
  if (!call.spoke && isSurelyCloneable(value)) {
    if (transfers === undefined) return value;
    if (surelyMove(transfers)) return moved(value, transfers);
    const own = rehoused(value as object, transfers);
    if (own !== null) return moved(own, [ArrayBuffer.isView(own) ? (own.buffer as ArrayBuffer) : own]);
  }
  try {
    say(state, { id: call.id, value }, "the result", transfers);
  } catch (error) {
    return fail(call, error);
  }
  throw ASIDE;
}

function isObjectLike(value: unknown): boolean {
  return (
    (typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "symbol"
  );
}

function heard(message: ToThread): void {
  const { call } = state;
  if (call === null) return;
  if ("cancel" in message) {
    if (message.cancel === call.id) call.tell();
    return;
  }
  if (message.id !== call.id) return;
  const pending = call.pending?.get(message.request);
  call.pending?.delete(message.request);
  if ("error" in message) pending?.reject(received(message.error, new Map()));
  else pending?.resolve(message.value);
}
