/// <reference lib="esnext.disposable" preserve="true" />
// What users import. Its types name Disposable, which the libraries of many programs lack: the reference brings it.

export type { Awaitable, Coroutine, Parked, Unwrap } from "./kernel/awaitable.ts";
export { call } from "./kernel/coroutine-awaitable.ts";
export type { DebugOptions } from "./kernel/hooks.ts";
export type { Report } from "./kernel/report.ts";
export type { ReportCode } from "./kernel/report-code.ts";
export { Context, ContextVar, copyContext, type Token } from "./kernel/context-var.ts";
export type { CallbackOptions } from "./kernel/done-callbacks.ts";
export { Future, isFuture } from "./kernel/future.ts";
export type { CancellableTaskGroup, Ready, SpawnOptions, TaskGroup } from "./kernel/group-scope.ts";
export type { Handle } from "./kernel/handle.ts";
export type { TimerHandle } from "./kernel/timer-handle.ts";
export type { Scope } from "./kernel/scope.ts";
export { checkpoint, sleep, sleepForever } from "./kernel/sleep.ts";
export { sleepUntil } from "./kernel/sleep-until.ts";
export type { Task } from "./kernel/task.ts";

export { asCompleted, type ResultOf } from "./tasks/as-completed.ts";
export { cancelScope } from "./tasks/cancel-scope.ts";
export { createTask } from "./tasks/create-task.ts";
export {
  allSettled,
  type AllSettled,
  gather,
  type Gatherable,
  type Gathered,
  type Settled,
} from "./tasks/gather.ts";
export type { EventLoop, ExceptionHandler } from "./tasks/event-loop.ts";
export { allTasks, currentScope, currentTask, getRunningLoop, loopTime } from "./tasks/here.ts";
export { isAwaitable, isCoroutine, isCoroutineFunction } from "./tasks/kinds.ts";
export { main } from "./tasks/main.ts";
export { type ConcurrencyOptions, forEach, map } from "./tasks/map.ts";
export { any, race } from "./tasks/race.ts";
export { retry, type RetryOptions } from "./tasks/retry.ts";
export { run, type RunOptions } from "./tasks/run.ts";
export { Runner, type RunnerOptions, type RunnerRunOptions } from "./tasks/runner.ts";
export { shield, type ShieldOptions } from "./tasks/shield.ts";
export { staggeredRace, type StaggeredRace, type StaggeredRaceOptions } from "./tasks/staggered-race.ts";
export { taskGroup } from "./tasks/task-group.ts";
export { type ReturnWhen, wait, waitFor, type WaitOptions } from "./tasks/wait.ts";
export { moveOnAfter, type MoveOn, timeout, timeoutAt } from "./tasks/timeout.ts";

export { Barrier } from "./sync/barrier.ts";
export { CapacityLimiter } from "./sync/capacity-limiter.ts";
export { Condition, type Truthy } from "./sync/condition.ts";
export { Event } from "./sync/event.ts";
export { Lock } from "./sync/lock.ts";
export { ResourceGuard } from "./sync/resource-guard.ts";
export { BoundedSemaphore, Semaphore } from "./sync/semaphore.ts";

export { channel, type ReceiveChannel, type SendChannel } from "./queues/channel.ts";
export type { ChannelStatistics } from "./queues/channel-core.ts";
export type { Compare } from "./queues/heap.ts";
export type { ItemStore } from "./queues/item-store.ts";
export { LifoQueue } from "./queues/lifo-queue.ts";
export { PriorityQueue } from "./queues/priority-queue.ts";
export { Queue } from "./queues/queue.ts";

export { type Emit, producer, type Producer } from "./interop/producer.ts";
export { toPromise } from "./interop/to-promise.ts";
export { type StoreHolder, withStore } from "./interop/with-store.ts";
export { fromPromise, type FromPromiseOptions, type PromiseSource } from "./kernel/from-promise.ts";

import "./inspect/attach.ts";
export type { Inspector } from "./inspect/attach.ts";
export {
  type CallGraph,
  type CallGraphOptions,
  captureCallGraph,
  formatCallGraph,
  printCallGraph,
} from "./inspect/call-graph.ts";
export { getDebug, setDebug } from "./inspect/debug/debug-mode.ts";
export { dumpTasks } from "./inspect/dump.ts";
export type {
  CancellationDump,
  DeadlockDump,
  RunDump,
  ScopeDump,
  TaskDump,
  TaskReference,
  TasksDump,
  WaitDump,
} from "./inspect/dump-types.ts";
export { formatTasks, printTasks } from "./inspect/format-dump.ts";
export { instrument, type Instrument, type SuspendedOn, type TaskOutcome } from "./inspect/instruments.ts";
export { type Frame, formatFrame } from "./kernel/stack.ts";

export {
  BadYieldError,
  BrokenBarrierError,
  BrokenChannel,
  BusyResourceError,
  CancelledError,
  CleanupError,
  ClosedChannel,
  DeadlockError,
  DebugWarning,
  EndOfChannel,
  FutureCancelledError,
  GeneratorExit,
  InvalidStateError,
  LookupError,
  NoRunError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  ScopeClosedError,
  StrayCancellationError,
  TaskCancelledError,
  TaskGroupError,
  TimeoutError,
  WouldBlock,
} from "./errors.ts";
