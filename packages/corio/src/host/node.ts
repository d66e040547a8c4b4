// The host port on Node, Bun and Deno: libuv turns, one setTimeout, AsyncLocalStorage for scope tokens.

import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import { writeSync } from "node:fs";
import type { Host, HostContext, HostProcess, HostTimer, RunHooks, ScopeToken, WorkInHand } from "./port.ts";

const isNode = !("bun" in process.versions || "deno" in process.versions);

const tokens = new AsyncLocalStorage<ScopeToken>();
const resourceOptions = { requireManualDestroy: true };

/**
 * Where node keeps the stores in one object per context (24 and later), the symbol under which a resource holds it. Tasks spawned
 * in one context can then share a resource. Found by behaviour: undefined where it is not so.
 */
const frameSymbol = findFrameSymbol();

function findFrameSymbol(): symbol | undefined {
  const probe = new AsyncLocalStorage<number>();
  const make = (): AsyncResource => new AsyncResource("CorioProbe", resourceOptions);
  const [first, second] = probe.run(1, () => [make(), make()] as const);
  const other = probe.run(2, make);
  const valueOf = (resource: AsyncResource, symbol: symbol): unknown =>
    (resource as unknown as Record<symbol, unknown>)[symbol];
  return Object.getOwnPropertySymbols(first).find((symbol) => {
    const frame = valueOf(first, symbol);
    return typeof frame === "object" && frame === valueOf(second, symbol) && frame !== valueOf(other, symbol);
  });
}

/** The context captured last: most tasks are spawned many in one. Forgotten when no run is active. */
let captured: AsyncResource | null = null;

function captureContext(): HostContext {
  const resource = new AsyncResource("CorioTask", resourceOptions);
  if (frameSymbol === undefined) return resource as unknown as HostContext;
  if (captured === null || frameOf(captured) !== frameOf(resource)) captured = resource;
  return captured as unknown as HostContext;
}

function frameOf(resource: AsyncResource): unknown {
  return (resource as unknown as Record<symbol, unknown>)[frameSymbol!];
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

function enterAndCall(token: ScopeToken, fn: AnyFunction, args: readonly unknown[]): unknown {
  tokens.enterWith(token);
  return fn(...args);
}

/** What `enterWith` sets in the scope of a resource is gone at its end: half the price of `run`, which sets the store twice. */
function runInResource(
  token: ScopeToken,
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  context: HostContext | null = null,
): unknown {
  const here = (context as AsyncResource | null) ?? new AsyncResource("CorioCall", resourceOptions);
  return here.runInAsyncScope(enterAndCall, undefined, token, fn as AnyFunction, args);
}

// The pump and the timers belong to nobody's context: what they keep, they would keep for ever.
const root = new AsyncResource("CorioRoot", resourceOptions);

/** A reaction to it is a microtask at a third of the price of node's queueMicrotask: async functions need one for each wait. */
const settled = Promise.resolve();

function runInRoot(callback: () => void): void {
  try {
    root.runInAsyncScope(callback);
  } catch (error) {
    // An exception, as in any callback: not a rejection.
    queueMicrotask(() => {
      throw error;
    });
  }
}

class NodeTimer implements HostTimer {
  #handle: NodeJS.Timeout | null = null;
  readonly #fire: () => void;

  constructor(fire: () => void) {
    this.#fire = fire;
  }

  arm(delay: number): void {
    if (this.#handle !== null) clearTimeout(this.#handle);
    // setTimeout cannot wait longer; the loop looks again when it fires.
    this.#handle = root.runInAsyncScope(setTimeout, undefined, this.#fire, Math.min(delay, 2 ** 31 - 1));
  }

  hold(): void {
    this.#handle?.ref();
  }

  release(): void {
    this.#handle?.unref();
  }
}

const active = new Set<RunHooks>();

/** Of the run that ended last, until the turn is over: rejections that nobody handles come up at its end only. */
let last: RunHooks | null = null;
let listening = false;

function listen(): void {
  listening = true;
  process.on("unhandledRejection", onUnhandledRejection);
  process.on("beforeExit", onBeforeExit);
}

function unlisten(): void {
  listening = false;
  process.off("unhandledRejection", onUnhandledRejection);
  process.off("beforeExit", onBeforeExit);
}

function onTurnOver(): void {
  last = null;
  if (listening && active.size === 0) unlisten();
  else if (!listening && active.size > 0) listen();
}

function inNextTurn(callback: () => void): void {
  const turn = root.runInAsyncScope(setImmediate, undefined, callback);
  // So that it does not pass for work in hand. On Bun it might then never come.
  if (isNode) turn.unref();
}

function onUnhandledRejection(reason: unknown): void {
  if (last?.ignoresRejection(reason) === true) return;
  for (const hooks of active) if (hooks.ignoresRejection(reason)) return;
  if (process.listenerCount("unhandledRejection") > 1) return;
  // A listener switches off the host's own reaction. Ours is the only one: it steps aside, and the promise is rejected again.
  unlisten();
  void Promise.reject(reason);
  // Deno comes to it in the turn after the next.
  inNextTurn(() => inNextTurn(onTurnOver));
}

/** Whether the process is about to end: a run that begins now may hold it no more than the one before. */
let leaving = false;

function onBeforeExit(): void {
  // Elsewhere the turn would hold the process.
  if (isNode) inNextTurn(() => void (leaving = false));
  leaving = isNode;
  for (const hooks of Array.from(active)) hooks.idle();
}

const nodeProcess: HostProcess = {
  onSignal(listener) {
    process.on("SIGINT", listener);
    process.on("SIGTERM", listener);
    return () => {
      process.off("SIGINT", listener);
      process.off("SIGTERM", listener);
    };
  },
  setExitCode(code) {
    process.exitCode = code;
  },
  exit(code) {
    process.exit(code);
  },
  writeError(text) {
    writeSync(2, text);
  },
};

function workInHand(): WorkInHand {
  const resources = process.getActiveResourcesInfo();
  // Immediates stand last.
  const first = resources.indexOf("Immediate");
  return { nextTurn: first >= 0, later: first < 0 ? resources.length : first };
}

interface DenoNamespace {
  readonly permissions: { querySync(query: { name: "env"; variable: string }): { readonly state: string } };
}

function debugWanted(): boolean {
  const deno = (globalThis as { Deno?: DenoNamespace }).Deno;
  // Deno would ask the user for leave to look.
  if (deno?.permissions.querySync({ name: "env", variable: "CORIO_DEBUG" }).state === "prompt") return false;
  const wanted = process.env["CORIO_DEBUG"];
  return wanted !== undefined && wanted !== "" && wanted !== "0";
}

export const host: Host = {
  now: () => performance.now(),
  random: () => Math.random(),
  createTimer: (fire) => new NodeTimer(fire),
  queueMicrotask: (run) => void settled.then(() => runInRoot(run)),
  // A tick that is asked for in a microtask runs when the microtasks are drained; one asked for in a tick would run before them.
  afterMicrotasks: (callback) =>
    root.runInAsyncScope(queueMicrotask, undefined, () => process.nextTick(callback)),
  queueTurn: (callback) => void root.runInAsyncScope(setImmediate, undefined, callback),
  freeTurns: true,
  captureContext,
  runInContext: (context, step, argument) => {
    (context as unknown as AsyncResource).runInAsyncScope(step, undefined, argument);
  },
  runWithToken:
    frameSymbol !== undefined && isNode
      ? runInResource
      : (token, fn, args) => tokens.run(token, fn as AnyFunction, ...args),
  currentToken: () => tokens.getStore(),
  enterRun(hooks) {
    if (!listening) listen();
    active.add(hooks);
    // One turn more, after which node asks again.
    if (leaving) root.runInAsyncScope(setImmediate, undefined, () => {});
    return () => {
      active.delete(hooks);
      if (active.size > 0) return;
      captured = null;
      if (last === null) inNextTurn(onTurnOver);
      last = hooks;
    };
  },
  // Bun and Deno have the function, but it says nothing.
  ...(isNode ? { workInHand } : {}),
  debugWanted,
  channel: (name) => channel(name),
  print: (text) => console.log(text),
  warn: (text, error) => console.error(text, error),
  process: nodeProcess,
};
