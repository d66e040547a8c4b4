// Debug mode: async functions called bare in a coroutine's step, without `call`. Their waits would belong to the scope in which the
// coroutine's task was spawned, not to the coroutine's. Each coroutine task gets a token of its own to tell them by.

import type { ScopeToken } from "../../host/port.ts";
import { isGeneratorFunction } from "../../kernel/awaitable.ts";
import { current } from "../../kernel/strand.ts";
import type { TaskNode } from "../../kernel/task.ts";
import { madeRecord } from "../records.ts";
import { warn } from "./warning.ts";

/** Stands for the token of the spawner, and knows the task. */
class BareToken implements ScopeToken {
  readonly original: ScopeToken;
  readonly task: TaskNode;
  reported = false;

  constructor(original: ScopeToken, task: TaskNode) {
    this.original = original;
    this.task = task;
  }

  get scope(): object | null {
    return this.original.scope;
  }

  get refused(): number {
    return this.original.refused;
  }

  set refused(count: number) {
    this.original.refused = count;
  }
}

/** Gives a coroutine task its token. Where there is none to stand for, a bare call is refused anyway: no run is active there. */
export function markCoroutine(task: TaskNode): void {
  if (!isGeneratorFunction(task.body)) return;
  const { host } = task.loop;
  const token = host.currentToken();
  if (token === undefined) return;
  const own = new BareToken(token instanceof BareToken ? token.original : token, task);
  const capture = (): void => {
    task.context = host.captureContext();
  };
  host.runWithToken(own, capture, []);
}

/** Async code made an Awaitable, or awaits it. */
export function checkBareCall(awaitable: object, task: TaskNode): void {
  if (current.strand !== null) return;
  const token = task.loop.host.currentToken();
  if (!(token instanceof BareToken) || token.reported) return;
  token.reported = true;
  warn(
    token.task,
    "BARE_ASYNC_CALL",
    `an async function was called in task ${token.task.name}, a coroutine, without call(): its waits are not the coroutine's. Wait for call(fn, ...args)`,
    madeRecord(awaitable)?.stack,
  );
}
