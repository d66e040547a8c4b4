// What a realm begins with: the globals that the runtime under test takes from its machine. Everything here is made inside the
// realm: promise handlers of the outer one would go to the outer queue of microtasks, and nothing would ever come of them.

/** What the realm asks of its maker. */
export interface RealmMaker {
  /** Calls back when the realm's microtasks are drained. */
  readonly tick: (callback: () => void) => void;
  /** Calls back when, besides, no tick is left. */
  readonly turn: (callback: () => void) => void;
  /** How many turns are asked for. */
  readonly pendingTurns: () => number;
  /** The outer process. */
  readonly process: object;
  /** Outer globals that may be used inside as they are. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** Source of a function that takes a RealmMaker, to be evaluated in the realm. */
export const bootstrap = `(function (maker) {
  "use strict";
  const settled = Promise.resolve();
  class Immediate {
    cleared = false;
    ref() { return this; }
    unref() { return this; }
    hasRef() { return true; }
    [Symbol.dispose]() { this.cleared = true; }
  }
  const own = {
    nextTick: (callback, ...args) => maker.tick(() => callback(...args)),
    getActiveResourcesInfo: () => Array.from({ length: maker.pendingTurns() }, () => "Immediate"),
  };
  const process = new Proxy(maker.process, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  Object.assign(globalThis, maker.globals, {
    process,
    queueMicrotask: (callback) => void settled.then(callback),
    setImmediate: (callback, ...args) => {
      const immediate = new Immediate();
      maker.turn(() => {
        if (!immediate.cleared) callback(...args);
      });
      return immediate;
    },
    clearImmediate: (immediate) => {
      if (immediate instanceof Immediate) immediate.cleared = true;
    },
    global: globalThis,
  });
})`;
