// A realm: a JavaScript context with a microtask queue of its own, which is drained by hand.

import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { createContext, runInContext, Script, type Context } from "node:vm";
import { realHost } from "corio/lowlevel";
import { bootstrap, type RealmMaker } from "./bootstrap.ts";

/** Milliseconds after which the real machine gets a turn. */
const LONGEST = 50;

const GLOBALS = [
  "AbortController",
  "AbortSignal",
  "atob",
  "btoa",
  "Buffer",
  "console",
  "crypto",
  "DOMException",
  "Event",
  "EventTarget",
  "performance",
  "structuredClone",
  "TextDecoder",
  "TextEncoder",
  "URL",
  "URLSearchParams",
] as const;

type ModuleFunction = (
  require: (id: string) => unknown,
  module: { exports: unknown },
  exports: unknown,
  filename: string,
  dirname: string,
) => void;

/** As from the machine, called in the async context of whoever asked for it. */
class Callback extends AsyncResource {
  readonly #callback: () => void;

  constructor(callback: () => void) {
    super("CorioRealm", { requireManualDestroy: true });
    this.#callback = callback;
  }

  call(): void {
    this.runInAsyncScope(this.#callback);
  }
}

export class Realm {
  readonly #context: Context = createContext({}, { microtaskMode: "afterEvaluate" });
  // Evaluating anything drains the queue.
  readonly #drain = new Script("0");
  readonly #ticks: Callback[] = [];
  readonly #turns: Callback[] = [];

  constructor() {
    const outer = globalThis as unknown as Record<string, unknown>;
    const maker: RealmMaker = {
      tick: (callback) => void this.#ticks.push(new Callback(callback)),
      turn: (callback) => void this.#turns.push(new Callback(callback)),
      pendingTurns: () => this.#turns.length,
      process,
      globals: Object.fromEntries(GLOBALS.map((name) => [name, outer[name]])),
    };
    (runInContext(bootstrap, this.#context) as (maker: RealmMaker) => void)(maker);
    this.#checkContext();
  }

  /** The runtime finds an async function's scope by AsyncLocalStorage: it must reach into the realm. */
  #checkContext(): void {
    const storage = new AsyncLocalStorage<number>();
    let seen: number | undefined;
    const look = (): void => void (seen = storage.getStore());
    const wait = runInContext("(async (look) => { await 0; look(); })", this.#context) as (
      f: () => void,
    ) => void;
    storage.run(1, wait, look);
    this.#drain.runInContext(this.#context);
    if (seen === 1) return;
    throw new Error(
      "Cannot load a module into a realm: AsyncLocalStorage does not reach there. It takes Node 24, or --experimental-async-context-frame",
    );
  }

  /** Compiles a CommonJS bundle; the function that is given back evaluates it anew, and gives its exports. */
  compile(code: string, filename: string, modules: Readonly<Record<string, unknown>>): () => unknown {
    const script = new Script(`(function (require, module, exports, __filename, __dirname) {${code}\n})`, {
      filename,
    });
    const body = script.runInContext(this.#context) as ModuleFunction;
    const outerRequire = createRequire(filename);
    const require = (id: string): unknown => (Object.hasOwn(modules, id) ? modules[id] : outerRequire(id));
    return () => {
      const module = { exports: {} };
      body(require, module, module.exports, filename, dirname(filename));
      return module.exports;
    };
  }

  /** Runs the realm until the promise of one of its own calls is settled. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let outcome: (() => T) | null = null;
    promise.then(
      (value) => {
        outcome = () => value;
      },
      (error: unknown) => {
        outcome = () => {
          throw error;
        };
      },
    );
    for (;;) {
      const until = realHost.now() + LONGEST;
      while (realHost.now() < until) {
        // One look at the clock for many steps.
        for (let i = 0; i < 64 && this.#step(); i++);
        if (outcome !== null) return (outcome as () => T)();
      }
      // What comes from the machine (there should be nothing) comes now.
      await new Promise<void>((resolve) => realHost.queueTurn(resolve));
    }
  }

  /** Drains the microtasks, then makes one tick or turn. False when nothing was there. */
  #step(): boolean {
    this.#drain.runInContext(this.#context);
    const next = this.#ticks.shift() ?? this.#turns.shift();
    if (next === undefined) return false;
    next.call();
    return true;
  }
}
