// A host whose time is virtual: when nothing is left to do at one instant, the clock jumps to the next timer. A program that
// sleeps for hours runs in milliseconds, in the same order every time.

import type { Host, HostTimer, RunHooks } from "./port.ts";

/** Turns of the real host in which async code may go on before the clock jumps. */
const SETTLING_TURNS = 2;

export interface VirtualHost extends Host {
  /** Moves the clock by hand; due timers fire as the loop gets to them. */
  advance(ms: number): void;
}

/** Makes a virtual host over a real one, which lends it its microtasks, turns and async context. */
export function createVirtualHost(real: Host, start = 0): VirtualHost {
  let time = start;
  let activity = 0;
  const hooks = new Set<RunHooks>();
  const timers: VirtualTimer[] = [];
  let watching = false;

  const watch = (): void => {
    if (watching) return;
    watching = true;
    let seen = activity;
    let quiet = 0;
    const look = (): void => {
      if (activity !== seen) {
        seen = activity;
        quiet = 0;
      } else quiet++;
      if (quiet < SETTLING_TURNS) {
        real.queueTurn(look);
        return;
      }
      watching = false;
      jump();
    };
    real.queueTurn(look);
  };

  const jump = (): void => {
    let next: VirtualTimer | null = null;
    for (const timer of timers) if (timer.held && timer.at < (next?.at ?? Infinity)) next = timer;
    if (next === null) {
      for (const hook of Array.from(hooks)) hook.idle();
      return;
    }
    time = Math.max(time, next.at);
    next.at = Infinity;
    activity++;
    next.fire();
    if (hooks.size > 0) watch();
  };

  class VirtualTimer implements HostTimer {
    at = Infinity;
    held = false;
    readonly fire: () => void;

    constructor(fire: () => void) {
      this.fire = fire;
      timers.push(this);
    }

    arm(delay: number): void {
      this.at = time + delay;
      this.held = true;
      watch();
    }

    hold(): void {
      this.held = true;
      watch();
    }

    release(): void {
      this.held = false;
    }
  }

  const counted = (callback: () => void) => (): void => {
    activity++;
    callback();
  };

  return {
    ...real,
    now: () => time,
    createTimer: (fire) => new VirtualTimer(fire),
    queueMicrotask: (callback) => {
      activity++;
      watch();
      real.queueMicrotask(counted(callback));
    },
    queueTurn: (callback) => {
      activity++;
      watch();
      real.queueTurn(counted(callback));
    },
    enterRun(run) {
      const leave = real.enterRun({ ignoresRejection: run.ignoresRejection, idle: () => {} });
      hooks.add(run);
      watch();
      return () => {
        hooks.delete(run);
        leave();
      };
    },
    process: null,
    advance(ms) {
      time += ms;
      for (const timer of timers) {
        if (timer.at > time) continue;
        timer.at = Infinity;
        timer.fire();
      }
    },
  };
}
